import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { brokenSeed, type SeedReport } from './judge-seed.js';
import type { Order, Told } from './seed-process.js';

const SCRIPT = fileURLToPath(new URL('./seed-process.js', import.meta.url));
/** Processes that end by themselves are started again, this often in all: one that cannot start must not be tried for ever. */
const MOST_RESTARTS = 20;

export interface SeedRun {
  seeds: Iterable<number>;
  jobs: number;
  keep?: string;
  onReport(report: SeedReport): void;
}

/** Deals the seeds out to processes, each with a PostgreSQL of its own; resolves when all of them have been reported. */
export async function runSeeds({ seeds, jobs, keep, onReport }: SeedRun): Promise<void> {
  const left = seeds[Symbol.iterator]();
  let restarts = 0;
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      let current: number | undefined;
      const next = () => {
        const { value, done } = left.next();
        current = done ? undefined : (value as number);
        send(child, done ? { end: true } : { run: value as number, ...(keep === undefined ? {} : { keep }) });
      };
      child.on('message', (told: Told) => {
        if ('report' in told) onReport(told.report);
        next();
      });
      child.on('error', reject);
      child.on('exit', (code) => {
        if (code === 0 && current === undefined) return resolve();
        if (current !== undefined)
          onReport(brokenSeed(current, `its process ended (${code}); it may never come to an end`));
        restarts += 1;
        if (restarts > MOST_RESTARTS) reject(new Error('the processes of the simulation end again and again'));
        else serve().then(resolve, reject);
      });
    });
  await Promise.all(Array.from({ length: jobs }, serve));
}

function send(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order);
}
