import { TEXTS } from '../cases/texts.js';
import { judgeAnswer } from '../judges/judge-answer.js';
import { judgeFieldRefusal } from '../judges/judge-field.js';
import type { Platform } from '../platform/platform.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';

/** Longer headers are refused as a whole, which is a case of the class `shape`. */
const MAX_HEADER = 4_000;
/** Of file and queue names in a path or header: percent-encoded, so that any text gets there. */
const MAX_NAME = 2_000;

/** Texts that clients send in headers and paths and that are kept. */
export async function fuzzHeaderTexts(platform: Platform, tally: Tally): Promise<void> {
  const texts = TEXTS.filter((text) => text.isWellFormed() && text.length <= MAX_NAME);
  await runBounded(texts, async (text) => {
    const shown = JSON.stringify(text.slice(0, 40));
    await tally.run(`X-File-Name ${shown}`, () => fuzzFileName(platform, text));
    await tally.run(`PUT /v1/queues/{name} ${shown}`, () => fuzzQueueName(platform, text));
  });
  const plain = TEXTS.filter((text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text) && text.length <= MAX_HEADER);
  await runBounded(plain, (text) =>
    tally.run(`Idempotency-Key ${JSON.stringify(text.slice(0, 40))}`, () => fuzzKey(platform, text)),
  );
}

async function fuzzFileName(platform: Platform, name: string): Promise<string[]> {
  const request = {
    method: 'POST',
    path: '/v1/files',
    headers: { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(name) },
    body: 'x',
  };
  const answer = await platform.send(request);
  const faults = judgeAnswer(request, answer);
  if (answer.status >= 300) faults.push(...judgeFieldRefusal(answer, 'X-File-Name'));
  else {
    const { id } = JSON.parse(answer.text) as { id: string };
    const kept = await platform.call<{ name: string }>('GET', `/v1/files/${id}`);
    if (kept.name !== labelOf(name)) faults.push(`kept as ${JSON.stringify(kept.name).slice(0, 100)}`);
  }
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}

/** As documented: the last part of a path, `file` where nothing is left. */
function labelOf(name: string): string {
  const last = name.split(/[\\/]/).at(-1)?.trim() ?? '';
  return ['', '.', '..'].includes(last) ? 'file' : last;
}

async function fuzzQueueName(platform: Platform, name: string): Promise<string[]> {
  const path = `/v1/queues/${encodeURIComponent(name)}`;
  const request = { method: 'PUT', path, headers: { 'content-type': 'application/json' }, body: '{}' };
  const answer = await platform.send(request);
  const faults = judgeAnswer(request, answer);
  if (answer.status < 300) {
    const kept = await platform.call<{ name: string }>('GET', path);
    if (kept.name !== name) faults.push(`kept as ${JSON.stringify(kept.name)}`);
    await platform.call('DELETE', path);
  } else if (answer.status === 400) faults.push(...judgeFieldRefusal(answer, 'name'));
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}

/** Two keys that differ in anything are two keys; the same one twice is one job. */
async function fuzzKey(platform: Platform, key: string): Promise<string[]> {
  const request = {
    method: 'POST',
    path: '/v1/jobs',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: '{"type":"hash","payload":1,"delay":"30d"}',
  };
  const answer = await platform.send(request);
  const faults = judgeAnswer(request, answer);
  if (answer.status >= 300) faults.push(...judgeFieldRefusal(answer, 'Idempotency-Key'));
  else {
    const again = await platform.send(request);
    const ids = [answer, again].map(({ text }) => (JSON.parse(text) as { id: string }).id);
    if (ids[0] !== ids[1]) faults.push('the same key again made another job');
  }
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}
