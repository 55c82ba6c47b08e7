import { describe, expect, it } from 'vitest';
import { judgeSlopes } from './judge-slopes.js';
import type { SoakMeasure } from './run-soak.js';
import { flagsOnly, judgeSoak, rulesFor } from './soak.js';
import type { SoakSample } from './take-samples.js';

const LONG = rulesFor({ minutes: 120 });

/** Two hours of samples, every 10 s: a heap that is a sawtooth of two minutes, after a warm-up, under what each process adds an hour. */
function forge(mbPerHour: Record<string, number>, fdsPerHour = 0): SoakSample[] {
  return Array.from({ length: 721 }, (_, n) => {
    const atS = n * 10;
    const warmUp = 80 * Math.exp(-atS / 200);
    const processes = Object.entries(mbPerHour).map(([name, perHour]) => {
      const rssMb = 120 - warmUp + (n % 12) * 1.5 + (perHour * atS) / 3_600;
      return [name, { rssMb, fds: 30 + Math.round((fdsPerHour * atS) / 3_600), sockets: 20 }] as const;
    });
    return { atS, processes: Object.fromEntries(processes) };
  });
}

function measureOf(samples: SoakSample[], change: Partial<SoakMeasure> = {}): SoakMeasure {
  return {
    samples,
    counts: {
      ...{ submitted: 10, accepted: 10, repeatedKeys: 1, cancelled: 1, reads: 1, streamed: 1, artifacts: 1 },
      ...{ skipped: 0, failedCalls: 0, wrongAnswers: 0 },
    },
    ...{ troubles: [], unfinished: 0, rows: {}, settings: {} },
    ends: { missing: 0, double: 0, succeeded: 10 },
    ...change,
  };
}

const flat = forge({ 'core-api-1': 0, 'gateway-1': 0 });
const missed = (measure: SoakMeasure) =>
  judgeSoak(measure, LONG)
    .goals.filter(({ held }) => !held)
    .map(({ text }) => text);

describe('a soak', () => {
  it('a heap that breathes after its warm-up is flat', () => {
    expect(missed(measureOf(flat))).toEqual([]);
    expect(judgeSlopes(flat, LONG).map(({ rssMbPerHour }) => Math.abs(rssMbPerHour) < 0.2)).toEqual([true, true]);
  });

  it('two megabytes an hour in one process are seen', () => {
    const report = judgeSoak(measureOf(forge({ 'core-api-1': 0, 'gateway-1': 2 })), LONG);
    expect(report.passed).toBe(false);
    expect(report.figures).toMatchObject({ worstProcess: 'gateway-1' });
    expect(report.figures.worstRssMbPerHour).toBeCloseTo(2, 0);
  });

  it('a child that lives throughout is judged, one that comes and goes is not', () => {
    const samples = forge({ 'worker-1': 0, 'worker-1 child 7': 5 });
    expect(missed(measureOf(samples))[0]).toContain('RSS slope');
    delete samples[500]!.processes['worker-1 child 7'];
    expect(missed(measureOf(samples))).toEqual([]);
  });

  it.each([
    ['descriptors that grow', { samples: forge({ 'core-api-1': 0 }, 40) }, 'descriptors'],
    ['no samples', { samples: [] }, 'RSS slope'],
    ['a job that is not finished', { unfinished: 1 }, 'has ended'],
    ['a job that is nowhere', { ends: { missing: 1, double: 0, succeeded: 9 } }, 'has ended'],
    ['a job that nobody asked for', { ends: { missing: 0, double: 0, succeeded: 9 } }, 'has ended'],
    ['a job that ended twice', { ends: { missing: 0, double: 1, succeeded: 9 } }, 'twice'],
  ])('%s is seen', (_, change, text) => {
    expect(missed(measureOf(flat, change)).join()).toContain(text);
  });

  it('a wrong answer is seen', () => {
    const measure = measureOf(flat);
    measure.counts.wrongAnswers = 1;
    expect(missed(measure).join()).toContain('answer');
  });

  it('the control holds only when the leaking process is flagged, and no other', () => {
    const of = (rates: Record<string, number>) => judgeSlopes(forge(rates), { ...LONG, limitMbPerHour: 200 });
    expect(flagsOnly(of({ 'core-api-1': 0, 'core-api-2': 300 }), 'core-api-2')).toBe(true);
    expect(flagsOnly(of({ 'core-api-1': 0, 'core-api-2': 0 }), 'core-api-2')).toBe(false);
    expect(flagsOnly(of({ 'core-api-1': 300, 'core-api-2': 300 }), 'core-api-2')).toBe(false);
  });
});
