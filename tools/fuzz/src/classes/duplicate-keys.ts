import type { Platform } from '../platform/platform.js';
import { describeExchange } from '../report/describe-exchange.js';
import type { Tally } from '../report/tally.js';

const FILE = '{"file":{"id":"0192a0b0-0000-7000-8000-000000000000"}}';
const EVIL = '{"evil":true}';

/**
 * A member that is there twice: which one is checked and which one is kept must be the same. Schema checks of the payload would else be a
 * door that anything passes.
 */
export async function fuzzDuplicateKeys(platform: Platform, tally: Tally): Promise<void> {
  const names = ['"payload"', '"p\\u0061yload"'];
  const orders = [
    [FILE, EVIL],
    [EVIL, FILE],
  ];
  for (const path of ['/v1/jobs', '/v1/jobs/batch']) {
    for (const [one, two] of orders) {
      for (const name of names) {
        const job = `{"type":"conversion.cad","delay":"30d","payload":${one},${name}:${two}}`;
        const body = path.endsWith('batch') ? `{"jobs":[${job}]}` : job;
        await tally.run(`${path} with two payloads: ${one}, then ${name}:${two}`, () =>
          judgeKeptPayload(platform, path, body),
        );
      }
    }
  }
}

async function judgeKeptPayload(platform: Platform, path: string, body: string): Promise<string[]> {
  const request = { method: 'POST', path, headers: { 'content-type': 'application/json' }, body };
  const answer = await platform.send(request);
  const told = JSON.parse(answer.text) as { id?: string; items?: { id?: string }[] };
  const id = told.id ?? told.items?.[0]?.id;
  if (id === undefined) return answer.status < 500 ? [] : [describeExchange(request, answer)];
  const { payload } = await platform.call<{ payload: object }>('GET', `/v1/jobs/${id}`);
  return 'file' in payload ? [] : [`kept ${JSON.stringify(payload)}, which its schema refuses`];
}
