import 'reflect-metadata';

export interface EnvOptions {
  description: string;
  /** What holds when the variable is unset. Without one the variable is required, unless the field is conditional. */
  default?: unknown;
  example?: string;
  /** Never printed, and may be given as a file: `NAME_FILE=/run/secrets/name`. */
  secret?: boolean;
  unit?: string;
}

export type EnvKind = 'string' | 'number' | 'boolean' | 'list';

export interface EnvField extends EnvOptions {
  name: string;
  property: string;
  kind: EnvKind;
}

/** By prototype, so that a subclass adds to what it inherits and never to its parent. */
const fieldsOfPrototype = new WeakMap<object, EnvField[]>();

/** Fills the property from an environment variable, converted by its type: number, boolean, list (by commas) or text. */
export function Env(name: string, options: EnvOptions): PropertyDecorator {
  return (prototype, key) => {
    const own = fieldsOfPrototype.get(prototype) ?? [];
    own.push({
      ...options,
      name,
      property: String(key),
      kind: kindOf(Reflect.getMetadata('design:type', prototype, key)),
    });
    fieldsOfPrototype.set(prototype, own);
  };
}

/** A class's fields, inherited ones first. A subclass that declares a property again replaces it. */
export function envFieldsOf(type: new () => object): EnvField[] {
  const fields = new Map<string, EnvField>();
  const chain: object[] = [];
  for (
    let prototype = type.prototype;
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    chain.unshift(prototype);
  }
  for (const prototype of chain) {
    for (const field of fieldsOfPrototype.get(prototype) ?? []) fields.set(field.property, field);
  }
  return [...fields.values()];
}

function kindOf(type: unknown): EnvKind {
  if (type === Number) return 'number';
  if (type === Boolean) return 'boolean';
  return type === Array ? 'list' : 'string';
}
