import type { LoadGenerator } from '../load/load-generator.js';
import { NeighbourLoad } from '../process/neighbour-load.js';
import { cpuMicrosOf } from '../process/read-processes.js';
import type { System } from '../systems/system.js';
import { MemoryWatch } from './memory-watch.js';

export interface EndToEnd {
  connections: number;
  jobs: number;
  /** From the first request until every result is stored. */
  jobsPerSecond: number;
  /** Of all processes of the system, its servers among them; undefined where servers cannot be seen. */
  cpuMicrosPerJob: number | undefined;
  /** Largest resident memory during the run, by role: the process with its children. */
  residentMib: Record<string, number>;
  /** What others used of the machine meanwhile. */
  neighbourCores: number;
}

/** How often the store is asked once everything is submitted. By then it is milliseconds until the end. */
const POLL_MS = 5;
/** A run is given up when it is slower than 200 jobs/s, after half a minute for a machine that stutters. */
const deadlineMs = (jobs: number): number => 30_000 + jobs * 5;

/** Submits `jobs` jobs, numbered from `from`, and waits until their results are stored. `from` jobs are stored already. */
export async function measureEndToEnd(
  system: System,
  load: LoadGenerator,
  { connections, from, jobs }: { connections: number; from: number; jobs: number },
): Promise<EndToEnd> {
  const own = system.processes();
  const servers = system.serverPids();
  const cpuMicros = () => cpuMicrosOf([...own.map(({ pid }) => pid), ...(servers ?? [])]);
  const neighbours = new NeighbourLoad();
  const memory = new MemoryWatch(own);
  try {
    const before = cpuMicros();
    const order = { target: system.target, connections, from, count: jobs, deadlineMs: deadlineMs(jobs) };
    const { startedNs } = await load.submit(order);
    await untilStored(system, from + jobs, deadlineMs(jobs));
    const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
    return {
      connections,
      jobs,
      jobsPerSecond: jobs / seconds,
      cpuMicrosPerJob: servers ? (cpuMicros() - before) / jobs : undefined,
      residentMib: memory.largest(),
      neighbourCores: neighbours.cores,
    };
  } finally {
    memory.stop();
  }
}

async function untilStored({ name, store }: System, jobs: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const stored = await store.count();
    if (stored >= jobs) return;
    if (performance.now() > deadline) throw new Error(`${name}: ${stored} of ${jobs} results after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
