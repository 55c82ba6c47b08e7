import fc from 'fast-check';
import { resolve, type Schema } from './api-document.js';
import { HOSTILE_JSON, HOSTILE_TEXTS } from './hostile-values.js';

type Schemas = Readonly<Record<string, Schema>>;

/** Values that hit something, by the field's name: a type that exists, a queue that exists. Drawn beside what the schema allows. */
export type Known = Readonly<Record<string, readonly string[]>>;

const hostileJson = fc.oneof(
  fc.constantFrom(...HOSTILE_JSON),
  fc.constantFrom(...HOSTILE_TEXTS).map((text) => JSON.stringify(text)),
  fc.json({ maxDepth: 3 }),
);

/** JSON texts for `schema`: mostly what it allows, with `hostile` in so many of 100 places something else. */
export function drawJson(
  schema: Schema,
  schemas: Schemas,
  known: Known,
  hostile: number,
  name = '',
): fc.Arbitrary<string> {
  const fitting = drawFitting(resolve(schema, schemas), schemas, known, hostile, name);
  return fc.oneof({ weight: 100 - hostile, arbitrary: fitting }, { weight: hostile, arbitrary: hostileJson });
}

function drawFitting(
  schema: Schema,
  schemas: Schemas,
  known: Known,
  hostile: number,
  name: string,
): fc.Arbitrary<string> {
  const inner = (each: Schema, as = name) => drawJson(each, schemas, known, hostile, as);
  if (schema.enum) return fc.constantFrom(...schema.enum).map((value) => JSON.stringify(value));
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return fc.oneof(...choices.map((each) => inner(each)));
  switch (schema.type) {
    case 'string':
      return drawText(schema, known[name]).map((text) => JSON.stringify(text));
    case 'number':
    case 'integer':
      return drawNumber(schema).map(String);
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'array':
      return fc
        .array(inner(schema.items ?? {}), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? 4, 4),
        })
        .map((items) => `[${items.join(',')}]`);
    case 'object':
      return schema.properties ? drawObject(schema, inner, hostile) : fc.json({ maxDepth: 3 });
    default:
      return fc.json({ maxDepth: 3 });
  }
}

/** Of 100 objects, so many hold nothing that is optional: each further member is one more reason to be refused at the door. */
const BARE_IN_100 = 50;

function drawObject(
  schema: Schema,
  inner: (each: Schema, as: string) => fc.Arbitrary<string>,
  hostile: number,
): fc.Arbitrary<string> {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(([name, each]) =>
    fc.tuple(inner(each, name), fc.integer({ min: 0, max: 99 })).map(([text, luck]) => ({
      isRequired: required.has(name),
      member: luck < (required.has(name) ? 100 - hostile / 2 : 25) ? `${JSON.stringify(name)}:${text}` : '',
    })),
  );
  const extra = fc
    .tuple(
      fc.constantFrom(...HOSTILE_TEXTS, 'tenantId', 'state', 'epoch', 'id'),
      hostileJson,
      fc.integer({ min: 0, max: 99 }),
    )
    .map(([name, text, luck]) => ({
      isRequired: false,
      member: luck < hostile ? `${JSON.stringify(name)}:${text}` : '',
    }));
  return fc.tuple(fc.integer({ min: 0, max: 99 }), fc.tuple(...members, extra)).map(([luck, parts]) => {
    const kept = parts.filter(({ isRequired, member }) => member !== '' && (isRequired || luck >= BARE_IN_100));
    return `{${kept.map(({ member }) => member).join(',')}}`;
  });
}

function drawText(schema: Schema, known: readonly string[] | undefined): fc.Arbitrary<string> {
  if (schema.format === 'date-time') {
    const near = { min: new Date('2026-01-01'), max: new Date('2040-01-01'), noInvalidDate: true };
    return fc.date(near).map((date) => date.toISOString());
  }
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
  const free = fc.string({
    minLength: schema.minLength ?? 0,
    maxLength: Math.min(schema.maxLength ?? 40, 40),
    unit: 'grapheme',
  });
  return known ? fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: free }) : free;
}

function drawNumber({ minimum = 0, maximum = 2 ** 31 - 1 }: Schema): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum, minimum + 1));
}
