import { resolve, type Schema } from './api-document.js';

/** Leaves of a body's schema: where a text or a number may stand. */
export interface Leaf {
  pointer: string;
  schema: Schema;
}

/** Leaves of one of these types. Of a list its first place stands for all. */
export function leavesOf(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  types: readonly string[],
  pointer = '',
): Leaf[] {
  const real = resolve(schema, schemas);
  const inner = (each: Schema, part: string) => leavesOf(each, schemas, types, `${pointer}/${part}`);
  if (real.oneOf) {
    const fitting = real.oneOf.find((each) => types.includes(each.type ?? ''));
    return fitting ? [{ pointer, schema: fitting }] : [];
  }
  if (real.properties) return Object.entries(real.properties).flatMap(([name, each]) => inner(each, name));
  if (real.type === 'array') return inner(real.items ?? {}, '0');
  return types.includes(real.type ?? '') ? [{ pointer, schema: real }] : [];
}

/** The value at a JSON pointer (RFC 6901), undefined where there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  return parts(pointer).reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined),
    value,
  );
}

/** A copy with `to` at the pointer; objects on the way are made where they are missing. */
export function withValue(value: unknown, pointer: string, to: unknown): unknown {
  const [first, ...rest] = parts(pointer);
  if (first === undefined) return to;
  const below = `${rest.map((part) => `/${part}`).join('')}`;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === first ? withValue(each, below, to) : each));
  if (value === undefined && first === '0') return [withValue(undefined, below, to)];
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { ...object, [first]: withValue(object[first], below, to) };
}

function parts(pointer: string): string[] {
  return pointer === '' ? [] : pointer.slice(1).split('/');
}

const PLACE = '@@raw-json@@';

/** JSON text of `value` with a raw text at the pointer: what no value of JavaScript stands for can be sent by it. */
export function jsonWithRaw(value: unknown, pointer: string, raw: string): string {
  return JSON.stringify(withValue(value, pointer, PLACE)).replace(`"${PLACE}"`, () => raw);
}
