import { describe, expect, it } from 'vitest';
import { judge } from './judge.js';

const ended = (code: number | null, document: unknown, timedOut = false) => ({
  code,
  timedOut,
  stdout: typeof document === 'string' ? document : JSON.stringify(document),
  stderr: 'first\nlast words\n',
});
const counts = { lost: 0, doubleTerminal: 0, duplicateEffects: 0, staleWrites: 0, unjustifiedRuns: 0, stuck: 0 };

describe('what a killer is taken to have said', () => {
  it('a counterexample or a count above zero is a judgement', () => {
    expect(judge(ended(1, { ok: false, counterexample: { error: 'claim: was refused' } }))).toEqual({
      how: 'judged',
      said: 'claim: was refused',
    });
    expect(judge(ended(1, { ...counts, stuck: 2 }))).toEqual({ how: 'judged', said: 'stuck 2' });
  });

  it('so is a goal of a scenario that was not held; one that broke off or was skipped is none', () => {
    const report = { name: 'rolling', passed: false, goals: [{ text: 'no attempt is burned', held: false }] };
    expect(judge(ended(1, [report]))).toEqual({ how: 'judged', said: 'not held: no attempt is burned' });
    expect(judge(ended(1, [{ ...report, goals: [], figures: { brokeOff: 'Error' } }])).how).toBe('crashed');
    expect(judge(ended(1, [{ ...report, goals: [], skipped: 'no root' }])).how).toBe('crashed');
  });

  it('the first violation is told along, where the tool names one', () => {
    const end = ended(1, { ...counts, lost: 1 });
    expect(judge({ ...end, stderr: 'round 1\n  H1 lost: accepted, and there is no such job\ndone\n' }).said).toBe(
      'lost 1: H1 lost: accepted, and there is no such job',
    );
    const failed = [{ seed: 4, text: 'VIOLATED: 1 lost\n  H1 accepted, and there is no such job' }];
    expect(judge(ended(1, { ...counts, lost: 1, failed })).said).toBe(
      'lost 1: seed 4: H1 accepted, and there is no such job',
    );
  });

  it('nothing found and exit code 0 is a pass', () => {
    expect(judge(ended(0, { ok: true }))).toEqual({ how: 'passed', said: '' });
    expect(judge(ended(0, counts))).toEqual({ how: 'passed', said: '' });
  });

  it.each([
    ['an error without a finding', ended(1, counts)],
    ['no document', ended(1, 'Error: bind EADDRINUSE')],
    ['a command line refused', ended(2, '')],
    ['killed by a signal', ended(null, '')],
    ['a finding, and yet exit code 0', ended(0, { ...counts, lost: 1 })],
  ])('%s is a crash, which catches nothing', (_, end) => {
    expect(judge(end).how).toBe('crashed');
    expect(judge(end).said).toContain('last words');
  });

  it('one that did not end has said nothing, whatever it printed', () => {
    expect(judge(ended(1, { ...counts, stuck: 1 }, true)).how).toBe('timed-out');
  });
});
