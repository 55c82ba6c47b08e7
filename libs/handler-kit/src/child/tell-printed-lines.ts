import type { AttemptContext } from '../attempt-context.js';

/**
 * In a shared child only this process knows whose a printed line is: the runner hears of the end of a job later than of its
 * output, and the next job may be another tenant's. So what JavaScript prints goes with the running job's messages. What is
 * printed while none runs, or past `process.stdout` (programs, native code), stays on the pipe and is told to the operator only.
 */
export function tellPrintedLines(running: () => AttemptContext | undefined): void {
  redirect(process.stdout, 'stdout', running);
  redirect(process.stderr, 'stderr', running);
}

type Done = (error?: Error | null) => void;

function redirect(
  stream: NodeJS.WriteStream,
  source: 'stdout' | 'stderr',
  running: () => AttemptContext | undefined,
): void {
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array, encoding?: unknown, done?: Done) => boolean;
  const redirected = (chunk: string | Uint8Array, encoding?: unknown, done?: Done): boolean => {
    const context = running();
    if (!context) return write(chunk, encoding, done);
    context.print(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'), source);
    const written = typeof encoding === 'function' ? (encoding as Done) : done;
    if (written) process.nextTick(written);
    return true;
  };
  stream.write = redirected as typeof stream.write;
}
