import type { Attempt } from './attempt.js';
import type { Ending } from './runner.contract.js';
import type { ChildExit } from './spawn-child.js';

/** Why the runner killed a child; `seq` is the attempt it was for. */
export type KillReason =
  | { kind: 'hard-limit'; seq: number }
  | { kind: 'cancelled'; seq: number }
  | { kind: 'oom'; rss: number; limitMb: number }
  | { kind: 'boot-timeout' }
  | { kind: 'retired' }
  | { kind: 'stopped' };

interface Dead {
  attempt: Attempt;
  /** It was running when the child died; else it had ended and its verdict was lost. */
  running: boolean;
  kill: KillReason | undefined;
  /** The kernel killed it for want of memory. */
  oomKill: boolean;
  exit: ChildExit;
  stderr: string;
}

/** The outcome of an attempt that had started in a child that is now dead and left no verdict of it. */
export function endingOf({ attempt, running, kill, oomKill, exit, stderr }: Dead): Ending {
  if (attempt.cancel || kill?.kind === 'stopped') return { kind: 'aborted' };
  if (!running) return { kind: 'crashed', detail: 'result lost' };
  if (kill?.kind === 'oom') return { kind: 'oom', detail: memoryDetail(kill) };
  if (kill?.kind === 'hard-limit' && kill.seq === attempt.seq) return { kind: 'timed-out' };
  if (kill) return { kind: 'crashed', detail: 'its child was killed because of its neighbour in the pack' };
  if (oomKill) return { kind: 'oom', detail: 'killed by the kernel at the memory limit of the worker' };
  if (exit.code !== 0 && stderr.includes('heap out of memory')) {
    return { kind: 'oom', detail: `V8's heap limit; ${describeExit(exit, '')}` };
  }
  return { kind: 'crashed', detail: describeExit(exit, stderr) };
}

/** Frames of JavaScript, of V8 and of native code, and the headings above them: the line before them tells why. */
const STACK_LINE = /^(\s+at |\s*\d+: |-{3,} .*stack trace)/i;

export function describeExit(exit: ChildExit, stderr: string): string {
  let how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`;
  if (exit.signal === 'SIGKILL') how += " (not the worker's: often the kernel, out of memory)";
  const last = stderr.split('\n').findLast((line) => line.trim() !== '' && !STACK_LINE.test(line));
  return last ? `${how}: ${last}` : how;
}

function memoryDetail({ rss, limitMb }: { rss: number; limitMb: number }): string {
  return `${Math.ceil(rss / 1024 / 1024)} MiB resident, limit ${limitMb} MiB`;
}
