import { type EnvKind, envFieldsOf } from './env.decorator.js';
import { isRequired } from './load-config.js';

/** One variable as the configuration page and `.env.example` show it. */
export interface EnvEntry {
  name: string;
  property: string;
  description: string;
  default: unknown;
  example: string | undefined;
  unit: string | undefined;
  secret: boolean;
  required: boolean;
  kind: EnvKind;
}

export function describeConfig(type: new () => object): EnvEntry[] {
  return envFieldsOf(type).map((field) => ({
    name: field.name,
    property: field.property,
    description: field.description,
    default: field.default,
    example: field.example,
    unit: field.unit,
    secret: field.secret ?? false,
    required: isRequired(type, field),
    kind: field.kind,
  }));
}
