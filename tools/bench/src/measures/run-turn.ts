import type { LoadGenerator } from '../load/load-generator.js';
import type { BenchOptions } from '../options.js';
import type { System } from '../systems/system.js';
import { type EndToEnd, measureEndToEnd } from './end-to-end.js';
import { type Latency, measureLatency } from './latency.js';

/** What one system did in one round. */
export interface Turn {
  round: number;
  system: string;
  /** By number of connections. */
  endToEnd: EndToEnd[];
  latency?: Latency;
}

/** Until code is compiled, connections and statements are there: throughput still doubles over the first thousands of jobs. */
const WARM_UP = { connections: 32, jobs: 5_000 };
/** For what a loaded system still does afterwards, before the quiet measure. */
const SETTLE_MS = 1_000;

/** One system, started anew, through all measures; at the end every single result is checked. */
export async function runTurn(
  system: System,
  load: LoadGenerator,
  round: number,
  { measures, jobs, samples, short }: Pick<BenchOptions, 'measures' | 'jobs' | 'samples' | 'short'>,
): Promise<Turn> {
  const turn: Turn = { round, system: system.name, endToEnd: [] };
  const wants = (measure: 'e2e' | 'latency') => measures.includes(measure) || measures.includes('variants');
  let from = 0;
  try {
    await system.start();
    const warmUp = { ...WARM_UP, jobs: short ? 20 : WARM_UP.jobs, from };
    from += (await measureEndToEnd(system, load, warmUp)).jobs;
    if (wants('e2e')) {
      for (const [connections, count] of [
        [32, jobs],
        [1, Math.ceil(jobs / 5)],
      ] as const) {
        turn.endToEnd.push(await measureEndToEnd(system, load, { connections, from, jobs: count }));
        from += count;
      }
    }
    if (wants('latency')) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      turn.latency = await measureLatency(system, { from, samples });
      from += samples;
    }
    await system.store.check(from);
    return turn;
  } finally {
    await system.stop();
  }
}
