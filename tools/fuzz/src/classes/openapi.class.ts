import fc from 'fast-check';
import { ENOUGH_CASES, judgeAccepted, NEVER_ACCEPTED } from '../cases/accept-table.js';
import { judgeDocumented } from '../judges/judge-answer.js';
import type { ApiDocument, Operation } from '../openapi/api-document.js';
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
  const { seed, cases } = ground;
  const accepted = await fuzzOperations(document, { platform, known, tally, seed, cases });
  tally.count('operations', document.operations.length);
  tally.count(
    'accepted',
    [...accepted.values()].reduce((sum, count) => sum + count, 0),
  );
  const counts = [...accepted].flatMap(([name, count]) => (name in NEVER_ACCEPTED ? [] : count));
  tally.count('leastAccepted', Math.min(...counts));
  if (cases >= ENOUGH_CASES) {
    for (const [name, faults] of judgeAccepted(accepted)) tally.note(`${name}: whether it was accepted`, faults);
  }
  await tally.run('a job after all of them', () => proveHealth(platform));
};

export interface OperationsRun {
  platform: Platform;
  known: Known;
  tally: Tally;
  seed: number;
  /** Requests per operation. */
  cases: number;
}

/** How often each operation was answered 2xx. */
export async function fuzzOperations(document: ApiDocument, run: OperationsRun): Promise<Map<string, number>> {
  const accepted = new Map(document.operations.map(({ name }) => [name, 0]));
  await runBounded(
    document.operations,
    async (operation) => {
      accepted.set(operation.name, await fuzzOperation(operation, document.schemas, run));
    },
    AT_A_TIME,
  );
  return accepted;
}

async function fuzzOperation(
  operation: Operation,
  schemas: ApiDocument['schemas'],
  { platform, known, tally, seed, cases }: OperationsRun,
): Promise<number> {
  let accepted = 0;
  for (const request of fc.sample(drawRequest(operation, schemas, known), { seed, numRuns: cases })) {
    await tally.run(operation.name, async () => {
      const answer = await platform.send(request).catch((error: Error) => error);
      if (answer instanceof Error) return [`${answer.message} | ${describeExchange(request)}`];
      if (answer.status < 300) accepted += 1;
      const faults = judgeDocumented(operation, request, answer);
      // It was repeated: a request that nobody can answer is a finding, however politely it is refused.
      if (answer.status === 503) faults.push('refused by 503 each time');
      return faults.length === 0 ? [] : [...faults, `| ${describeExchange(request, answer)}`];
    });
  }
  return accepted;
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
    // Repeated: the one job that has artifacts and the name of one of them must meet.
    path: [sown.artifact, sown.artifact, sown.artifact, 'a/b', '../a'],
    'Last-Event-ID': ['1.1.1', '0.0.0'],
    'Idempotency-Key': ['fuzz-1', 'fuzz-2'],
    'X-File-Name': ['a.txt', '%C3%A9'],
    '/v1/jobs id': [sown.finished, sown.converted, sown.converted, sown.waiting, sown.cancelled],
    '/v1/jobs/actions id': [sown.action],
    '/v1/files id': [sown.file],
    '/v1/files/uploads id': [sown.file],
    '/v1/api-keys id': [sown.key],
  };
}
