import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import type { OwnGround } from '../../load/own-ground.js';
import { type LoopCounts, RequestLoops } from '../../load/request-loops.js';

export interface StopUnderLoad extends LoopCounts {
  stopped: Instance;
  signal: NodeJS.Signals;
  /** From the signal until the process was gone. */
  tookMs: number;
  exitCode: number;
  accepted: number;
  /** Accepted jobs that needed more than one attempt, or did not succeed. */
  burned: number;
  breaks: string[];
}

/** Load before the stop and after the return: some of it is always under way. */
const AROUND_MS = 3_000;
const WAIT_MS = 180_000;

/** Stops one instance while clients submit tiny and heavy jobs and wait for them; starts it again and lets everything end. */
export async function stopUnderLoad(
  { bed, look }: OwnGround,
  name: Instance,
  signal: NodeJS.Signals,
): Promise<StopUnderLoad> {
  const gateways = bed.instances.filter((each) => each.startsWith('gateway-'));
  for (const each of gateways)
    await waitFor(() => bed.ready(each), { what: `${each} to be ready`, timeoutMs: WAIT_MS });
  const loops = new RequestLoops(
    gateways.map((each) => bed.urlOf(each)),
    bed.token,
  );
  const tiny = { type: 'load.tiny', payload: {} };
  const heavy = { type: 'load.work', payload: { ms: 1_500 } };
  loops.start([tiny, tiny, tiny, tiny, heavy, heavy, heavy, heavy]);
  try {
    // Until answers have come, of heavy jobs too; how long that takes is the machine's affair.
    await waitFor(() => loops.counts.ok >= 40, { what: 'the load to flow', timeoutMs: WAIT_MS });
    const signalledAtMs = performance.now();
    await bed.kill(name, signal);
    const tookMs = Math.round(performance.now() - signalledAtMs);
    const exitCode = bed.process(name).exitCode ?? -1;
    await bed.start(name);
    await sleep(AROUND_MS);
    await loops.stop();
    await waitFor(async () => (await look.unfinished()) === 0, { what: 'quiet', timeoutMs: WAIT_MS, intervalMs: 200 });
    const burned = await look.number(
      `select count(*) from unnest($1::uuid[]) as asked (id) left join job_history h on h.id = asked.id
       where h.state is distinct from 'succeeded' or h.attempt <> 1`,
      [loops.accepted],
    );
    const { counts, accepted, breaks } = loops;
    return { stopped: name, signal, tookMs, exitCode, accepted: accepted.length, burned, breaks, ...counts };
  } finally {
    await loops.stop();
  }
}
