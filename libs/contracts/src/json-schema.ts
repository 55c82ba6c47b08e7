import type { FieldError } from '@windlass/faults';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

const OPTIONS = { allErrors: true, strict: false, ownProperties: true, validateFormats: true };

/** Made at first use and kept: the schema of schemas takes a hundred times longer to compile than most of those that it judges. */
let judge: Ajv2020 | undefined;

/** Compiles a schema of a job type, for core and for a worker that checks a large result. Throws when it is not a schema. */
export function compileSchema(schema: Record<string, unknown>): ValidateFunction {
  judge ??= withFormats(new Ajv2020(OPTIONS));
  judge.validateSchema(schema, true);
  // One instance a schema: an `$id` used by two types must not clash.
  return withFormats(new Ajv2020({ ...OPTIONS, validateSchema: false })).compile(schema);
}

function withFormats(ajv: Ajv2020): Ajv2020 {
  ajvFormats.default(ajv);
  return ajv;
}

/** At most this many field errors are told: with allErrors a hostile payload could ask for millions. */
const MAX_ERRORS = 20;

/** ajv's errors as field errors below `prefix` (a JSON pointer). */
export function fieldErrorsOf(errors: ErrorObject[] | null | undefined, prefix: string): FieldError[] {
  return (errors ?? []).slice(0, MAX_ERRORS).map((error) => ({
    path: prefix + error.instancePath,
    message: describe(error),
  }));
}

function describe(error: ErrorObject): string {
  const { params } = error;
  if (error.keyword === 'additionalProperties') return `has an unknown property "${String(params.additionalProperty)}"`;
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(params.allowedValues)}`;
  return error.message ?? 'is not valid';
}
