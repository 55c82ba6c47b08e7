import { TEXTS } from '../cases/texts.js';
import { uncoveredWrites, WRITE_ROUTES } from '../cases/write-routes.js';
import { judgeDocumented } from '../judges/judge-answer.js';
import { itemAnswer, judgeFieldRefusal } from '../judges/judge-field.js';
import type { ApiDocument, Operation } from '../openapi/api-document.js';
import { type Leaf, leavesOf, valueAt, withValue } from '../openapi/json-pointer.js';
import type { Platform } from '../platform/platform.js';
import { proveHealth } from '../platform/prove-health.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';
import { fuzzHeaderTexts } from './header-texts.js';

/** Kept and never shown again, as any key of idempotency: what the header of that name takes is a case of header-texts.ts. */
const UNSHOWN = /\/idempotencyKey$/;

/** Every text field of every body: refused by name, or kept byte for byte. */
export const fuzzStrings: FuzzClass = async (ground, tally) => {
  const [platform, document] = await Promise.all([ground.platform(), ground.document()]);
  await fuzzTexts(platform, document, tally);
  await fuzzHeaderTexts(platform, tally);
  await tally.run('a job after all of them', () => proveHealth(platform));
};

/** Also what the specs run against a server that keeps something else. */
export async function fuzzTexts(platform: Platform, document: ApiDocument, tally: Tally): Promise<void> {
  for (const name of uncoveredWrites(document.operations)) tally.note(name, ['it has no case']);
  const fields = document.operations.flatMap((operation) => textFields(operation, document));
  tally.count('fields', fields.length);
  const cases = fields.flatMap((field) => TEXTS.map((text) => ({ ...field, text })));
  await runBounded(cases, ({ operation, leaf, text }) =>
    tally.run(`${operation.name} ${leaf.pointer} ${JSON.stringify(text.slice(0, 40))}`, () =>
      fuzzText(platform, operation, leaf, text),
    ),
  );
}

function textFields(operation: Operation, document: ApiDocument): { operation: Operation; leaf: Leaf }[] {
  const schema = operation.bodies.get('application/json');
  if (!schema || !WRITE_ROUTES[operation.name]) return [];
  const leaves = leavesOf(schema, document.schemas, ['string']);
  // A payload is any JSON, a text too, and comes back as it was sent.
  const payload = operation.name === 'POST /v1/jobs' ? [{ pointer: '/payload', schema: { type: 'string' } }] : [];
  return [...leaves, ...payload].map((leaf) => ({ operation, leaf }));
}

async function fuzzText(platform: Platform, operation: Operation, leaf: Leaf, text: string): Promise<string[]> {
  const route = WRITE_ROUTES[operation.name];
  if (!route) return ['it has no case'];
  const sound = await route.make(platform, leaf.pointer);
  const request = {
    method: operation.method,
    path: sound.path,
    headers: { 'content-type': 'application/json' },
    // Lone surrogates are escaped by JSON.stringify: they arrive as they are.
    body: JSON.stringify(withValue(sound.body, leaf.pointer, text)),
  };
  const answer = await platform.send(request);
  const real = itemAnswer(answer);
  const faults = judgeDocumented(operation, request, answer);
  if (real.status >= 300) faults.push(...judgeFieldRefusal(real, leaf.pointer));
  else if (leaf.schema.enum || leaf.schema.pattern || leaf.schema.format) faults.push(...judgeForm(leaf, text));
  else if (route.readBack && !UNSHOWN.test(leaf.pointer)) {
    const kept = valueAt(await route.readBack(platform, JSON.parse(answer.text), sound), leaf.pointer);
    if (kept !== text) faults.push(`kept as ${JSON.stringify(kept)?.slice(0, 100)}`);
  }
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}

/** A field of a fixed form has accepted `text`: then it has that form. */
function judgeForm({ schema }: Leaf, text: string): string[] {
  if (schema.enum)
    return schema.enum.includes(text) ? [] : ['a word that is not among the documented ones was accepted'];
  if (schema.pattern) return new RegExp(schema.pattern).test(text) ? [] : ['the documented pattern does not hold'];
  return Number.isNaN(Date.parse(text)) ? ['what is no time was accepted'] : [];
}
