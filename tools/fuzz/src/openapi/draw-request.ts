import fc from 'fast-check';
import type { FuzzRequest } from '../http/send-request.js';
import type { Operation, Parameter, Schema } from './api-document.js';
import { drawJson, type Known } from './draw-value.js';
import { HOSTILE_TEXTS } from './hostile-values.js';

type Schemas = Readonly<Record<string, Schema>>;

/** Of 100 drawn places, so many hold something that the schema does not allow: most requests get past the first check. */
const HOSTILE_IN_100 = 8;
/** These would choose another operation than the one under test. */
const OTHER_ROUTES = new Set(['actions', 'batch', 'uploads', '']);

/** Requests for one operation: drawn from its schemas, some of them mutated, with hostile values anywhere. */
export function drawRequest(operation: Operation, schemas: Schemas, known: Known): fc.Arbitrary<FuzzRequest> {
  const at = (place: Parameter['in']) => operation.parameters.filter((each) => each.in === place);
  const path = fc
    .tuple(...at('path').map((each) => drawPathPart(each, operation, known).map((text) => [each.name, text] as const)))
    .map((parts) => parts.reduce((text, [name, value]) => text.replace(`{${name}}`, value), operation.path));
  const query = fc
    .tuple(...at('query').map((each) => drawQuery(each, schemas, known)), drawStrayQuery())
    .map((parts) => parts.filter(Boolean).join('&'));
  return fc
    .record({ path, query, headers: drawHeaders(at('header'), known), body: drawBody(operation, schemas, known) })
    .map(({ path, query, headers, body }) => ({
      method: operation.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: { ...headers, ...(body?.type === undefined ? {} : { 'content-type': body.type }) },
      ...(body === undefined ? {} : { body: body.text }),
    }));
}

function drawPathPart(parameter: Parameter, operation: Operation, known: Known): fc.Arbitrary<string> {
  const collection = operation.path.split('/{', 1)[0] ?? '';
  const hits = known[`${collection} ${parameter.name}`] ?? known[parameter.name] ?? [];
  const hostile = fc.constantFrom(...HOSTILE_TEXTS).filter((text) => !OTHER_ROUTES.has(text) && isWellFormed(text));
  return fc
    .oneof(
      { weight: hits.length > 0 ? 6 : 0, arbitrary: fc.constantFrom(...(hits.length > 0 ? hits : [''])) },
      { weight: 2, arbitrary: fc.uuid() },
      { weight: 2, arbitrary: hostile },
    )
    .map(encodeURIComponent);
}

function drawQuery(parameter: Parameter, schemas: Schemas, known: Known): fc.Arbitrary<string> {
  const name = encodeURIComponent(parameter.name);
  const value = drawJson(parameter.schema, schemas, known, HOSTILE_IN_100, parameter.name).map((text) => {
    const parsed: unknown = JSON.parse(text);
    const plain = typeof parsed === 'string' ? parsed : text;
    return encodeURIComponent(plain.toWellFormed());
  });
  return fc.tuple(value, value, fc.integer({ min: 0, max: 99 })).map(([one, two, luck]) => {
    if (luck < 45) return '';
    if (luck < 90) return `${name}=${one}`;
    if (luck < 94) return `${name}=${one}&${name}=${two}`;
    return luck < 97 ? `${name}[]=${one}` : `${name}[a][b]=${one}`;
  });
}

function drawStrayQuery(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 18, arbitrary: fc.constant('') },
    { weight: 2, arbitrary: fc.constantFrom('tenantId=other', '__proto__[x]=1', '%00=1', '=', '&&', 'x=%ff', 'x=%zz') },
  );
}

function drawHeaders(parameters: Parameter[], known: Known): fc.Arbitrary<Record<string, string>> {
  const stray: [string, string[]][] = [
    ['Accept', ['application/json', 'text/event-stream', '*/*', 'text/html', 'garbage', 'application/json;q=NaN']],
    ['X-Request-Id', ['abc', 'a'.repeat(300), '<b>', '../..', '{}', "' or 1=1"]],
    ['X-Forwarded-For', ['1.1.1.1', '::1, garbage']],
    ['If-None-Match', ['*', '"x"']],
    ['Range', ['bytes=0-0', 'bytes=-1', 'bytes=9-1', 'bytes=0-0,1-1', 'lines=1']],
    ['Accept-Encoding', ['gzip', '*;q=0']],
  ];
  const named = parameters.map(({ name }): [string, string[]] => [
    name,
    [...(known[name] ?? []), ...HOSTILE_TEXTS.filter((text) => /^[\x20-\x7e\xa1-\xff]*$/.test(text))],
  ]);
  const drawn = [...named, ...stray].map(([name, values]) =>
    fc
      .tuple(fc.constantFrom(...values), fc.integer({ min: 0, max: 99 }))
      .map(([value, luck]): [string, string][] =>
        luck < (named.some(([each]) => each === name) ? 50 : 10) ? [[name, value]] : [],
      ),
  );
  return fc.tuple(...drawn).map((parts) => Object.fromEntries(parts.flat()));
}

interface DrawnBody {
  text: string | Buffer;
  type?: string;
}

function drawBody(operation: Operation, schemas: Schemas, known: Known): fc.Arbitrary<DrawnBody | undefined> {
  if (operation.method === 'GET') return fc.constant(undefined);
  const nothing = { weight: operation.bodies.size === 0 ? 12 : 1, arbitrary: fc.constant(undefined) };
  const stray = {
    weight: 1,
    arbitrary: fc.constantFrom('{}', '[]', 'null', '{"tenantId":"other"}', '{', '').map(asJson),
  };
  const drawn = [...operation.bodies].map(([type, schema]) => ({
    weight: 20,
    arbitrary:
      type === 'application/json'
        ? drawJson(schema, schemas, known, HOSTILE_IN_100).chain((text) => drawDamage(text))
        : fc.uint8Array({ maxLength: 2_000 }).map((bytes) => ({ text: Buffer.from(bytes), type })),
  }));
  return fc.oneof(nothing, stray, ...drawn);
}

/** One text in ten is no longer what it was. */
function drawDamage(text: string): fc.Arbitrary<DrawnBody> {
  const position = fc.integer({ min: 0, max: Math.max(0, text.length - 1) });
  return fc.oneof(
    { weight: 18, arbitrary: fc.constant(asJson(text)) },
    { weight: 1, arbitrary: position.map((at) => asJson(text.slice(0, at))) },
    { weight: 1, arbitrary: position.map((at) => ({ text: damaged(text, at), type: 'application/json' })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('text/plain', 'application/xml', 'application/json; charset=utf-16', 'garbage')
        .map((type) => ({ text, type })),
    },
  );
}

function damaged(text: string, at: number): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 0) bytes[at % bytes.length] = 0xff;
  return bytes;
}

function asJson(text: string): DrawnBody {
  return { text, type: 'application/json' };
}

/** encodeURIComponent throws on a lone surrogate; no client can send one in a path. */
function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
