import { describe, expect, it } from 'vitest';
import { describeExit } from './classify-exit.js';

describe('what is told of a child that died', () => {
  const exit = { code: 70, signal: null };

  it('is the last line of its error output', () => {
    expect(describeExit(exit, 'warming up\nno licence\n\n')).toBe('exit code 70: no licence');
  });

  it('is the error itself where a stack trace ends the output', () => {
    const stderr = [
      'unhandled-rejection: Error: ENOSPC: no space left on device, write',
      '    at Object.writeSync (node:fs:924:3)',
      '    at load (file:///child-main.js:48:15)',
      '',
    ].join('\n');
    expect(describeExit(exit, stderr)).toBe(
      'exit code 70: unhandled-rejection: Error: ENOSPC: no space left on device, write',
    );
  });

  it('is the exit alone where nothing but frames is left of the output', () => {
    expect(describeExit(exit, '    at load (file:///child-main.js:48:15)\n')).toBe('exit code 70');
  });

  it.each([
    ['', 'signal SIGABRT'],
    ['FATAL ERROR: no more handles\n', 'signal SIGABRT: FATAL ERROR: no more handles'],
  ])('leaves out what an abort prints of its stacks, after %j', (before, told) => {
    const stacks = [
      '----- Native stack trace -----',
      '',
      ' 1: 0xca5430 node::Abort() [node]',
      '----- JavaScript stack trace -----',
      '',
      '1: abort (node:internal/process/per_thread:1:1)',
      '7: load (file:///child-main.js:48:15)',
      '',
    ];
    expect(describeExit({ code: null, signal: 'SIGABRT' }, before + stacks.join('\n'))).toBe(told);
  });
});
