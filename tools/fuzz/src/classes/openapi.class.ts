import fc from 'fast-check';
import { judgeDocumented } from '../judges/judge-answer.js';
import type { Operation } from '../openapi/api-document.js';
import { drawRequest } from '../openapi/draw-request.js';
import type { Known } from '../openapi/draw-value.js';
import type { Platform } from '../platform/platform.js';
import { proveHealth } from '../platform/prove-health.js';
import { sowObjects } from '../platform/sow-objects.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';

/** Operations under test at a time: each sends its requests one after the other. */
const AT_A_TIME = 6;

/** Every operation of the document, asked for by requests drawn from its schemas; then a job runs as if nothing had been. */
export const fuzzOpenApi: FuzzClass = async (ground, tally) => {
  const [platform, document] = await Promise.all([ground.platform(), ground.document()]);
  const known = await knownValues(platform);
  let accepted = 0;
  const accept = () => {
    accepted += 1;
  };
  await runBounded(
    document.operations,
    (operation) =>
      fuzzOperation(operation, {
        platform,
        known,
        tally,
        seed: ground.seed,
        cases: ground.cases,
        schemas: document.schemas,
        accept,
      }),
    AT_A_TIME,
  );
  tally.count('operations', document.operations.length);
  tally.count('accepted', accepted);
  await tally.run('a job after all of them', () => proveHealth(platform));
};

interface OperationRun {
  /** Called for each 2xx: requests that are all refused at the door would test nothing behind it. */
  accept(): void;
  platform: Platform;
  known: Known;
  tally: Tally;
  seed: number;
  cases: number;
  schemas: Parameters<typeof drawRequest>[1];
}

async function fuzzOperation(operation: Operation, run: OperationRun): Promise<void> {
  const { platform, known, tally, seed, cases } = run;
  for (const request of fc.sample(drawRequest(operation, run.schemas, known), { seed, numRuns: cases })) {
    await tally.run(operation.name, async () => {
      const answer = await platform.send(request).catch((error: Error) => error);
      if (answer instanceof Error) return [`${answer.message} | ${describeExchange(request)}`];
      if (answer.status < 300) run.accept();
      const faults = judgeDocumented(operation, request, answer);
      // It was repeated: a request that nobody can answer is a finding, however politely it is refused.
      if (answer.status === 503) faults.push('refused by 503 each time');
      return faults.length === 0 ? [] : [...faults, `| ${describeExchange(request, answer)}`];
    });
  }
}

async function knownValues(platform: Platform): Promise<Known> {
  const sown = await sowObjects(platform);
  return {
    type: ['hash', 'hash', 'conversion.cad'],
    queue: ['hash'],
    name: ['hash', 'fuzz-queue'],
    tag: ['fuzz'],
    level: ['info'],
    wait: ['0s', '1ms', '100ms'],
    after: ['1.1.1', '0.0.0', '1.1.42'],
    delay: ['1ms', '1h'],
    path: ['a', 'a/b', '../a'],
    'Last-Event-ID': ['1.1.1', '0.0.0'],
    'Idempotency-Key': ['fuzz-1', 'fuzz-2'],
    'X-File-Name': ['a.txt', '%C3%A9'],
    '/v1/jobs id': [sown.finished, sown.waiting, sown.cancelled],
    '/v1/jobs/actions id': [sown.action],
    '/v1/files id': [sown.file],
    '/v1/files/uploads id': [sown.file],
    '/v1/api-keys id': [sown.key],
  };
}
