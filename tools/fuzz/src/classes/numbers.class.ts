import { WRITE_ROUTES } from '../cases/write-routes.js';
import { judgeDocumented } from '../judges/judge-answer.js';
import { itemAnswer, judgeFieldRefusal } from '../judges/judge-field.js';
import type { ApiDocument, Operation } from '../openapi/api-document.js';
import { jsonWithRaw, type Leaf, leavesOf, valueAt } from '../openapi/json-pointer.js';
import type { Platform } from '../platform/platform.js';
import { proveHealth } from '../platform/prove-health.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';

/** As they stand in a JSON text; some are no number, and some no number of JavaScript. */
export const NUMBERS: readonly string[] = [
  '0',
  '-0',
  '-0.0',
  '1.0',
  '1e0',
  '10e-1',
  '-1',
  '-1e0',
  '0.5',
  '1.5',
  '1.0000000000000001',
  '1e-400',
  '5e-324',
  '1e400',
  '-1e400',
  '1.7976931348623157e308',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '123456789012345678901234567890',
  `1${'0'.repeat(300)}`,
  `0.${'0'.repeat(300)}1`,
  '"1"',
  '"0x10"',
  '"1e3"',
  '" 1 "',
  '"NaN"',
  '"Infinity"',
  '"١"',
  'true',
  '[1]',
  '{"valueOf":1}',
  '[]',
  '""',
];

/** Times beside the calendar, for every field that holds one. */
export const TIMES: readonly string[] = [
  '10000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0000-00-00T00:00:00Z',
  '2027-02-29T00:00:00Z',
  '2027-02-30T00:00:00Z',
  '2027-13-01T00:00:00Z',
  '2027-01-01T24:00:01Z',
  '2027-01-01T23:59:60Z',
  '2027-01-01T00:00:00+24:00',
  '2027-01-01T00:00:00',
  '2027-01-01',
  '1e400',
  '1893456000000',
];

/** Query parameters that are numbers, with the route that reads them. */
const LIMITS: readonly [string, string][] = [
  ['GET /v1/jobs', '/v1/jobs?limit='],
  ['GET /v1/audit', '/v1/audit?limit='],
];

/** Every number and time of every body: refused by name, or kept as exactly that number. */
export const fuzzNumbers: FuzzClass = async (ground, tally) => {
  const [platform, document] = await Promise.all([ground.platform(), ground.document()]);
  const fields = document.operations.flatMap((operation) => numberFields(operation, document));
  tally.count('fields', fields.length);
  const cases = fields.flatMap((field) =>
    (field.leaf.schema.format === 'date-time' ? TIMES.map((time) => JSON.stringify(time)) : NUMBERS).map((raw) => ({
      ...field,
      raw,
    })),
  );
  await runBounded(cases, ({ operation, leaf, raw }) =>
    tally.run(`${operation.name} ${leaf.pointer} ${raw.slice(0, 40)}`, () =>
      fuzzNumber(platform, operation, leaf, raw),
    ),
  );
  await fuzzLimits(platform, document, tally);
  await tally.run('a job after all of them', () => proveHealth(platform));
};

function numberFields(operation: Operation, { schemas }: ApiDocument): { operation: Operation; leaf: Leaf }[] {
  const schema = operation.bodies.get('application/json');
  if (!schema || !WRITE_ROUTES[operation.name]) return [];
  const times = leavesOf(schema, schemas, ['string']).filter((leaf) => leaf.schema.format === 'date-time');
  return [...leavesOf(schema, schemas, ['number', 'integer']), ...times].map((leaf) => ({ operation, leaf }));
}

async function fuzzNumber(platform: Platform, operation: Operation, leaf: Leaf, raw: string): Promise<string[]> {
  const route = WRITE_ROUTES[operation.name];
  if (!route) return ['it has no case'];
  const sound = await route.make(platform, leaf.pointer);
  const request = {
    method: operation.method,
    path: sound.path,
    headers: { 'content-type': 'application/json' },
    body: jsonWithRaw(sound.body, leaf.pointer, raw),
  };
  const answer = await platform.send(request);
  const real = itemAnswer(answer);
  const faults = judgeDocumented(operation, request, answer);
  if (real.status >= 300) faults.push(...judgeFieldRefusal(real, leaf.pointer));
  else {
    const kept = route.readBack ? await route.readBack(platform, JSON.parse(answer.text), sound) : undefined;
    faults.push(...judgeKept(leaf, raw, valueAt(kept, leaf.pointer)));
  }
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}

/** What was accepted lies within what is documented, and is what can be read again. */
export function judgeKept({ schema, pointer }: Leaf, raw: string, kept: unknown): string[] {
  const value: unknown = JSON.parse(raw);
  if (schema.format === 'date-time') return judgeTime(String(value), kept);
  // A duration may be said as text too; the class `strings` has those.
  if (typeof value === 'string' && /\/(delay|ttl)$/.test(pointer) && /^\d+(ms|s|m|h|d)$/.test(value)) return [];
  if (typeof value !== 'number' || !Number.isFinite(value)) return [`${raw} was accepted as a number`];
  const { minimum = -Infinity, maximum = Infinity, type } = schema;
  if (value < minimum || value > maximum) return [`${raw} was accepted, from ${minimum} to ${maximum} is documented`];
  if (type === 'integer' && !Number.isInteger(value)) return [`${raw} was accepted as a whole number`];
  return kept === undefined || kept === value || (value === 0 && kept === 0)
    ? []
    : [`${raw} is kept as ${String(kept)}`];
}

function judgeTime(text: string, kept: unknown): string[] {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return [`${text} was accepted as a time`];
  return kept === undefined || Date.parse(String(kept)) === atMs ? [] : [`${text} is kept as ${String(kept)}`];
}

async function fuzzLimits(platform: Platform, document: ApiDocument, tally: Tally): Promise<void> {
  const texts = NUMBERS.map((raw) => raw.replace(/^"(.*)"$/, '$1'));
  for (const [name, path] of LIMITS) {
    const operation = document.operations.find((each) => each.name === name);
    if (!operation) continue;
    await runBounded(texts, (text) =>
      tally.run(`${path}${text.slice(0, 40)}`, async () => {
        const request = { method: 'GET', path: `${path}${encodeURIComponent(text)}` };
        const answer = await platform.send(request);
        const faults = judgeDocumented(operation, request, answer);
        if (answer.status >= 300) faults.push(...judgeFieldRefusal(answer, '/limit'));
        else if (!isLimit(text)) faults.push(`a limit of ${text} was accepted`);
        return faults;
      }),
    );
  }
}

/** Texts of the query are numbers by their value: 1.0 is 1. */
function isLimit(text: string): boolean {
  const value = Number(text);
  return text.trim() !== '' && Number.isInteger(value) && value >= 1 && value <= 100;
}
