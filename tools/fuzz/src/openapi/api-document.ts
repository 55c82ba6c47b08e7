import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** A schema of OpenAPI 3.0, as far as the document uses it. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  nullable?: boolean;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface RawOperation {
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content & { description?: string }>;
}

export interface RawDocument {
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** One documented answer of an operation. */
export interface DocumentedAnswer {
  /** By content type; no validator where the document leaves the content open (bytes, streams). */
  contents: ReadonlyMap<string, ValidateFunction | undefined>;
  /** Fault codes that the description names. */
  codes: readonly string[];
}

export interface Operation {
  method: string;
  /** With its parameters in braces. */
  path: string;
  /** `POST /v1/jobs`. */
  name: string;
  parameters: readonly Parameter[];
  /** Schemas of the request's body by content type. */
  bodies: ReadonlyMap<string, Schema>;
  answers: ReadonlyMap<number, DocumentedAnswer>;
}

export interface ApiDocument {
  operations: readonly Operation[];
  schemas: Readonly<Record<string, Schema>>;
}

/**
 * The document as operations, each answer's schema compiled. Objects of answers are closed: a field that the document does not name
 * is a finding, an inner name that got out or a document that lags behind.
 */
export function readDocument(raw: RawDocument): ApiDocument {
  const schemas = raw.components?.schemas ?? {};
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(closed(schema), `#/components/schemas/${name}`);
  const compile = (schema: Schema | undefined): ValidateFunction | undefined =>
    schema === undefined || schema.type === 'string' ? undefined : ajv.compile(closed(schema));
  const operations = Object.entries(raw.paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, each]): Operation => ({
        method: method.toUpperCase(),
        path,
        name: `${method.toUpperCase()} ${path}`,
        parameters: each.parameters ?? [],
        bodies: new Map(
          Object.entries(each.requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema ?? {}]),
        ),
        answers: new Map(
          Object.entries(each.responses).map(([status, answer]) => [
            Number(status),
            {
              contents: new Map(
                Object.entries(answer.content ?? {}).map(([type, { schema }]) => [type, compile(schema)]),
              ),
              codes: [...(answer.description ?? '').matchAll(/`([a-z]+\.[a-z-]+)`/g)].map((match) => match[1] ?? ''),
            },
          ]),
        ),
      }),
    ),
  );
  return { operations, schemas };
}

/** The schema behind a reference; `allOf` of one reference is how the document describes a referred one. */
export function resolve(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
  const { $ref } = only ?? schema;
  if ($ref === undefined) return only ?? schema;
  const name = $ref.slice($ref.lastIndexOf('/') + 1);
  const found = schemas[name];
  if (!found) throw new Error(`the document refers to ${$ref}, which it does not have`);
  return resolve(found, schemas);
}

/** OpenAPI's `nullable` in JSON Schema's words, and no unnamed fields where fields are named. */
function closed(schema: Schema): object {
  const { nullable, properties, items, oneOf, anyOf, allOf, additionalProperties, ...rest } = schema;
  const each = (list: Schema[]) => list.map(closed);
  const isOpen = additionalProperties ?? (properties ? false : undefined);
  const plain = {
    ...rest,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, closed(inner)])) }
      : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(oneOf ? { oneOf: each(oneOf) } : {}),
    ...(anyOf ? { anyOf: each(anyOf) } : {}),
    ...(allOf ? { allOf: each(allOf) } : {}),
    ...(isOpen === undefined ? {} : { additionalProperties: typeof isOpen === 'object' ? closed(isOpen) : isOpen }),
  };
  return nullable ? { anyOf: [plain, { type: 'null' }] } : plain;
}
