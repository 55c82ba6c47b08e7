import { median } from '../report/statistics.js';

/** One hop in isolation: µs a job, one job at a time and in packs of 50. */
export interface HopFigures {
  hop: string;
  /** What exactly was timed. */
  what: string;
  oneMicros: number;
  packMicros: number;
  /** CPU of the bench's own process a job, in packs: the servers' is not in it. */
  packCpuMicros: number;
}

export const PACK = 50;

interface Timing {
  wallMicros: number;
  cpuMicros: number;
}

/** Runs `run(size)` for each pack size and answers figures per job; medians, since a busy machine has outliers upwards only. */
export async function measureHop(
  hop: string,
  what: string,
  run: (size: number) => Promise<void>,
  scale = 1,
): Promise<HopFigures> {
  const one = await timeRuns(Math.ceil(400 * scale), 1, run);
  const pack = await timeRuns(Math.ceil(120 * scale), PACK, run);
  return { hop, what, oneMicros: one.wallMicros, packMicros: pack.wallMicros, packCpuMicros: pack.cpuMicros };
}

async function timeRuns(runs: number, size: number, run: (size: number) => Promise<void>): Promise<Timing> {
  for (let warm = 0; warm < Math.ceil(runs / 5); warm += 1) await run(size);
  const walls: number[] = [];
  const cpu = process.cpuUsage();
  for (let each = 0; each < runs; each += 1) {
    const started = process.hrtime.bigint();
    await run(size);
    walls.push(Number(process.hrtime.bigint() - started) / 1_000);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { wallMicros: (median(walls) ?? 0) / size, cpuMicros: (user + system) / (runs * size) };
}
