import { describe, expect, it } from 'vitest';
import { judgeAccepted, NEVER_ACCEPTED } from './cases/accept-table.js';
import { judgeCount, LEAST_CASES } from './cases/least-cases.js';
import { CLASS_NAMES, type FuzzClass, type FuzzGround } from './classes/fuzz-class.js';
import { fuzzOperations } from './classes/openapi.class.js';
import { readDocument } from './openapi/api-document.js';
import { Tally } from './report/tally.js';
import { runClass } from './run-fuzz.js';
import { DOCUMENT, startCareless } from './testing/careless-server.fixture.js';

describe('an operation that was refused each time', () => {
  it('is told from one that was accepted, of requests that were sent', async () => {
    const { platform, stop } = await startCareless();
    try {
      const run = { platform, known: {}, tally: new Tally(), seed: 1, cases: 20 };
      const accepted = await fuzzOperations(readDocument(DOCUMENT), run);
      const faults = judgeAccepted(accepted, {});
      expect(faults.get('GET /v1/things')).toEqual([]);
      // The careless server has no thing to read.
      expect(faults.get('GET /v1/things/{id}')).toEqual([expect.stringContaining('no case of it was answered 2xx')]);
    } finally {
      await stop();
    }
  });

  it('passes with a reason, as long as the reason is needed', () => {
    const exceptions = { 'GET /a': 'nothing is there' };
    expect(judgeAccepted(new Map([['GET /a', 0]]), exceptions).get('GET /a')).toEqual([]);
    expect(judgeAccepted(new Map([['GET /a', 1]]), exceptions).get('GET /a')).toEqual([
      expect.stringContaining('nothing is there'),
    ]);
    expect(judgeAccepted(new Map([['GET /b', 1]]), exceptions).get('GET /a')).toEqual([
      expect.stringContaining('not in the document'),
    ]);
  });

  it('needs a reason for each exception', () => {
    for (const why of Object.values(NEVER_ACCEPTED)) expect(why.length).toBeGreaterThan(20);
  });
});

describe('a class that lost cases', () => {
  const ground = { seed: 1, cases: 100 } as FuzzGround;
  const classOf =
    (count: number): FuzzClass =>
    async (_, tally) => {
      for (let n = 0; n < count; n += 1) tally.note(`case ${n}`, []);
    };

  it('fails by one too few, and passes with as many as its table says', async () => {
    const least = LEAST_CASES.shape.fixed;
    expect((await runClass('shape', classOf(least), ground)).result.failed).toBe(0);
    const short = await runClass('shape', classOf(least - 1), ground);
    expect(short.failures).toEqual([
      {
        case: 'the class itself',
        why: `it ran ${least - 1} cases, the table of least-cases.ts says at least ${least}`,
      },
    ]);
  });

  it('fails by the cases that were asked for', () => {
    expect(judgeCount('openapi', 3_601, 100)).toEqual([]);
    expect(judgeCount('openapi', 3_601, 1_000)).toHaveLength(1);
    expect(judgeCount('files', 198, 100)).toEqual([]);
    expect(judgeCount('files', 198, 1_000)).toHaveLength(1);
  });

  it('fails in every class when it ran none', () => {
    for (const name of CLASS_NAMES) expect(judgeCount(name, 0, 1), name).toHaveLength(1);
  });
});
