import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { defineJob, type JobContext, type JobDefinition } from '../define-job.js';
import { CancelJob, FailJob, RetryJob } from '../end-job.js';

const any = {};
type Run = (payload: never, context: JobContext) => unknown;
const job = (name: string, run: Run, more: Partial<JobDefinition> = {}) =>
  defineJob({ name, payload: any, result: any, ...more, run: run as JobDefinition['run'] });
const tiny = (name: string, run: Run) => job(name, run, { weight: 'tiny' });

function spin(): never {
  for (;;);
}
// In children that were told to: their runner reads this module, too.
if (process.env.WINDLASS_SPEC_SPIN) {
  appendFileSync(process.env.WINDLASS_SPEC_SPIN, 'importing\n');
  spin();
}

/** Starts a program that outlives everything unless its group is killed, and tells its process id by a file. */
function startGrandchild(pidFile: string | undefined): void {
  if (!pidFile) return;
  const grandchild = spawn('sleep', ['600'], { stdio: 'ignore' });
  writeFileSync(pidFile, `${process.pid} ${grandchild.pid}`);
}

const hostile: Record<string, () => unknown> = {
  nul: () => new TypeError('a\u0000b\ud800c'),
  huge: () => new Error('x'.repeat(10_000_000)),
  undefined: () => undefined,
  null: () => null,
  symbol: () => Symbol('s'),
  bare: () => Object.create(null),
  proxy: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
  stack: () => Object.assign(new RangeError('r'), { stack: { not: 'text' }, code: 7 }),
  wide: () => new Error('€'.repeat(4_000)),
  fail: () => new FailJob('for good', 'cad.truncated'),
  retry: () => new RetryJob('later', 1_234, 'api.rate-limited'),
  cancel: () => new CancelJob('nobody needs it'),
};

const results: Record<string, () => unknown> = {
  bigint: () => ({ n: 1n }),
  cycle: () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    return loop;
  },
  function: () => () => 1,
  undefined: () => undefined,
  large: () => 'x'.repeat(9 * 1024 * 1024),
  hostile: () => ({ text: 'a\u0000b\ud800' }),
};

async function takeMemory(chunk: () => unknown): Promise<never> {
  const held: unknown[] = [];
  for (;;) {
    held.push(chunk());
    if (held.length % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export default [
  job('rogue.spin', ({ pidFile }: { pidFile?: string }) => {
    startGrandchild(pidFile);
    spin();
  }),
  job('rogue.idle', ({ pidFile }: { pidFile?: string }) => {
    startGrandchild(pidFile);
    return new Promise(() => {});
  }),
  job('rogue.deaf', (_payload, { signal }) => {
    process.on('SIGTERM', () => {});
    signal.addEventListener('abort', () => {});
    return new Promise(() => setInterval(() => {}, 1_000));
  }),
  job('rogue.polite', (_payload, { signal }) => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }),
  job('rogue.reason', (_payload, { signal }) => {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason.name)));
  }),
  job('rogue.abort', () => process.abort()),
  job('rogue.exit', ({ code, pidFile }: { code: number; pidFile?: string }) => {
    startGrandchild(pidFile);
    process.exit(code);
  }),
  job('rogue.reject', () => {
    void Promise.reject(new RangeError('nobody waits for me'));
    return new Promise(() => {});
  }),
  job('rogue.hog', () => takeMemory(() => Buffer.alloc(4 * 1024 * 1024, 1)), { memoryMb: 128 }),
  job('rogue.heap', () => takeMemory(() => Array.from({ length: 100_000 }, (_, i) => ({ i }))), { memoryMb: 100 }),
  job('rogue.throw', ({ how }: { how: string }) => {
    throw hostile[how]!();
  }),
  job('rogue.result', ({ how }: { how: string }) => results[how]!()),
  job('rogue.environment', (_payload, { scratchDir }) => ({
    env: process.env,
    flags: process.execArgv,
    send: typeof process.send,
    scratchDir,
  })),
  job('rogue.end', ({ how, args }: { how: 'retryAfter' | 'fail' | 'cancel'; args: never[] }, context) => {
    const end = context[how] as (...given: never[]) => never; // taken apart, as handlers do
    return end(...args);
  }),
  job('rogue.print', () => {
    for (let i = 0; i < 900; i++) console.log(`${i}`.padEnd(2_000, '.'));
    console.error('an error');
    process.stdout.write('the end');
    return 'printed';
  }),
  tiny('tiny.print', async ({ n, past }: { n: number; past?: boolean }) => {
    console.log(`printed by ${n}`);
    await null;
    process.stderr.write(`and ${n}\ncut off by `);
    process.stderr.write(`${n}`);
    if (past) writeSync(1, 'past process.stdout\n'.repeat(1_500));
    return n;
  }),
  job('rogue.talk', (_payload, { log, progress }) => {
    log('by log', 'error');
    console.log('by stdout');
    for (let i = 0; i < 2_000; i++) log(`line ${i}`);
    for (let i = 0; i <= 1_000; i++) progress(i / 10, `step ${i}`, i < 1_000 ? 'counting' : 'ö'.repeat(101));
    return 'said';
  }),
  job('rogue.files', async (_payload, { files, scratchDir }) => {
    const fetched = await files.fetch('file-1');
    await files.put('copy.bin', readFileSync(fetched.path), { contentType: 'application/octet-stream' });
    writeFileSync(join(scratchDir, 'own.txt'), 'own');
    await files.put('own.txt', 'own.txt');
    const refused = await files.fetch('file-2').catch((error: Error & { code?: string }) => error);
    return {
      name: fetched.name,
      refused: { message: (refused as Error).message, code: (refused as { code?: string }).code },
    };
  }),
  job('rogue.fetch', ({ id }: { id: string }, { files }) => files.fetch(id)),
  job('inline.fetch', ({ id }: { id: string }, { files }) => files.fetch(id), { isolation: 'inline' }),
  tiny(
    'tiny.count',
    ({ sink, n, spinning, block }: { sink: string; n: number; spinning?: boolean; block?: number }) => {
      appendFileSync(sink, `${n}\n`);
      const untilMs = performance.now() + (block ?? 0);
      while (performance.now() < untilMs);
      if (spinning) spin();
      return n;
    },
  ),
  tiny('tiny.exit', ({ sink, n, exit }: { sink: string; n: number; exit?: boolean }) => {
    appendFileSync(sink, `${n}\n`);
    if (exit) process.exit(5);
    return 'y'.repeat(n % 10 === 0 ? 100_000 : 10);
  }),
  tiny('tiny.wait', async ({ sink, n, ms }: { sink: string; n: number; ms: number }, { signal, scratchDir }) => {
    appendFileSync(sink, `${n} ${scratchDir}\n`);
    await new Promise((resolve, reject) => {
      setTimeout(resolve, ms);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    return n;
  }),
  job('inline.add', ({ a, b }: { a: number; b: number }) => a + b, { isolation: 'inline' }),
  job('inline.stuck', () => new Promise(() => {}), { isolation: 'inline' }),
];
