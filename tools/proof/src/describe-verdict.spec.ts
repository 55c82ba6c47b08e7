import { describe, expect, it } from 'vitest';
import { Forge } from './check/forge-history.fixture.js';
import { describeVerdict, isClean } from './describe-verdict.js';

describe('a verdict in words', () => {
  it('says that all is clean, and over how much', () => {
    const forge = new Forge();
    forge.succeed(forge.submit());
    expect(describeVerdict(forge.verdict())).toBe(
      'clean: 0 lost, 0 double terminal, 0 duplicate effects, 0 stale writes, 0 unjustified runs, 0 stuck; looked at 1 operations, 1 jobs, 1 handler runs, 7 changes, 0 faults',
    );
  });
  it('shows the first violations with rule and job, and how many more there are', () => {
    const forge = new Forge();
    forge.succeed(forge.submit());
    for (let n = 0; n < 70; n += 1) forge.operation({ jobId: `none-${n}`, key: `k${n}` });
    const lines = describeVerdict(forge.verdict()).split('\n');
    expect(lines[0]).toMatch(/^VIOLATED: 70 lost, 0 double terminal/);
    expect(lines[1]).toMatch(/^ {2}H1 none-0: accepted with key k0 at \d+, and there is no such job$/);
    expect(lines.slice(-1)).toEqual(['  … and 50 more']);
    expect(lines).toHaveLength(22);
  });
  it('never calls clean what was not looked at', () => {
    const verdict = new Forge().verdict();
    expect(isClean(verdict)).toBe(false);
    expect(describeVerdict(verdict)).toMatch(/^NOTHING JUDGED/);
  });
});
