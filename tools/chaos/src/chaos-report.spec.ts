import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientOperation, checkHistory, type History } from '@windlass/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRound, emptyReport, isFlawless, type PlayedRound } from './chaos-report.js';
import { type RoundsOptions, readOptions } from './options.js';
import type { RoundReport } from './round/run-round.js';

const history: History = {
  ...{ seed: 9, leaseMs: 3_000, operations: [], sink: [], faults: [], changes: [] },
  final: {
    ...{ jobs: [], history: [], events: [], artifacts: [], keys: [], stopping: [], counts: [] },
    atMs: 1,
  },
};
const judged = checkHistory(history);
const clean: RoundReport = {
  ...{ seed: 9, history, faults: ['kill-core', 'link-cut'], passed: [], quiet: true },
  verdict: { ...judged, looked: { ...judged.looked, operations: 1, runs: 1, changes: 1 } },
  ...{ ended: [], orphans: [], files: [], serverErrors: [], withoutRetryAfter: [], outputs: {} },
};
const call = (status: number): ClientOperation => ({ op: 'submit', outcome: 'unknown', status, fromMs: 0, toMs: 1 });

let keep: string;
beforeAll(async () => {
  keep = await mkdtemp(join(tmpdir(), 'windlass-report-'));
});
afterAll(() => rm(keep, { recursive: true, force: true }));

async function add(outcome: PlayedRound['outcome'], { round = 3, seed = 9 } = {}) {
  const args = ['--seed', '7', '--jobs', '40', '--only', 'core,network', '--keep', keep];
  const options = readOptions(args) as RoundsOptions;
  const report = emptyReport(options, { faults: [], skipped: [] });
  const told: string[] = [];
  await addRound(report, { round, seed, outcome }, options, (line) => told.push(line));
  return { report, told: told.join('\n'), options };
}

describe('the report of the rounds', () => {
  it('is flawless when a round is, and counts what was injected and what passed', async () => {
    const { report } = await add(clean);
    expect(isFlawless(report)).toBe(true);
    expect(report).toMatchObject({ faults: { 'kill-core': 1, 'link-cut': 1 }, passed: {}, roundsWithTwo: 1 });
    const alone = await add({ ...clean, faults: ['kill-core'], passed: ['kill-children'] });
    expect(alone.report).toMatchObject({ passed: { 'kill-children': 1 }, roundsWithTwo: 0 });
  });

  it.each([
    ['serverErrors', 500, 'submit 500'],
    ['withoutRetryAfter', 503, 'submit 503'],
  ] as const)('has a failed round for %s, and says of which calls', async (name, status, said) => {
    const { report, told } = await add({ ...clean, [name]: [call(status)] });
    expect(report[name]).toBe(1);
    expect(isFlawless({ ...report, failedRounds: [] })).toBe(false);
    expect(report.failedRounds).toHaveLength(1);
    expect(told).toContain(said);
  });

  it('keeps what there is of a round that broke off', async () => {
    const remains = { operations: [call(202)], sink: [], outputs: { 'worker-1': 'it said so' } };
    const { report } = await add({ why: 'a heal took too long', remains }, { seed: 10 });
    expect(isFlawless(report)).toBe(false);
    const kept = report.failedRounds[0]!.kept;
    expect(await readFile(join(kept, 'outputs', 'worker-1.log'), 'utf8')).toBe('it said so');
    expect((await readdir(kept)).sort()).toEqual(['operations.json', 'outputs', 'round.json', 'sink.json']);
    expect(await readFile(join(kept, 'round.json'), 'utf8')).toContain('a heal took too long');
  });

  it.each([
    ['failed', { ...clean, serverErrors: [call(500)] }],
    ['broke off', { why: 'no port' }],
  ])('tells of a round that %s the command that draws the same again', async (_, outcome) => {
    const { report, told, options } = await add(outcome, { round: 12 });
    const { again } = report.failedRounds[0]!;
    expect(told).toContain(again);
    const [, , ...args] = again.split(' ');
    expect(readOptions(args)).toEqual({ ...options, rounds: 1, from: 12, keep: undefined });
  });
});
