import { type ShapeCase, shapeCases } from '../cases/shape-cases.js';
import { repeatRefused } from '../http/repeat-refused.js';
import { sendRaw } from '../http/send-raw.js';
import { codeOf, judgeAnswer } from '../judges/judge-answer.js';
import type { Platform } from '../platform/platform.js';
import { proveHealth } from '../platform/prove-health.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import { fuzzDuplicateKeys } from './duplicate-keys.js';
import type { FuzzClass } from './fuzz-class.js';
import { fuzzSlowSenders } from './slow-senders.js';

/** What a case may take on a loaded machine: none may hold the process up for long. */
const ANSWER_MS = 20_000;
const AT_A_TIME = 4;

/** Sizes, shapes and bytes that no honest client sends, while slow senders hold connections. */
export const fuzzShapes: FuzzClass = async (ground, tally) => {
  const platform = await ground.platform();
  await fuzzSlowSenders(platform, tally, async () => {
    await fuzzRaw(platform, tally);
    await fuzzDuplicateKeys(platform, tally);
  });
  await tally.run('a job after all of them', () => proveHealth(platform));
};

/** Also what the specs run against a server that is careless. */
export async function fuzzRaw(platform: Platform, tally: Tally): Promise<void> {
  const cases = shapeCases(`Bearer ${await platform.tokenFor({ tenant: 'shape' })}`);
  await runBounded(cases, (each) => tally.run(each.name, () => judgeShape(platform.url, each)), AT_A_TIME);
}

async function judgeShape(url: string, { bytes, expect, code }: ShapeCase): Promise<string[]> {
  const answer = await repeatRefused(() => sendRaw(url, bytes, ANSWER_MS));
  if (!answer) return expect.includes('closed') ? [] : ['the connection was closed without an answer'];
  const head = bytes.subarray(0, 20_000).toString('latin1');
  const faults = judgeAnswer({ method: 'POST', path: '/v1', body: head }, answer);
  if (!expect.includes(answer.status)) faults.push(`status ${answer.status}, not ${expect.join(' or ')}`);
  if (code !== undefined && codeOf(answer) !== code) faults.push(`code ${codeOf(answer)}, not ${code}`);
  return faults.length === 0 ? [] : [...faults, `→ ${answer.status} ${answer.text.slice(0, 300)}`];
}
