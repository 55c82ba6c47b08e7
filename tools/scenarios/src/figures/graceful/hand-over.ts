import { waitFor } from '@windlass/testing';
import { leaderOf, type OwnGround } from '../../load/own-ground.js';
import { untilBothRun } from '../failover/kill-leader.js';

const WAIT_MS = 120_000;

/** Stops the leader in order and starts it again. ms from the signal until another leads; undefined when none did. */
export async function handOver(ground: OwnGround): Promise<number | undefined> {
  const { bed } = ground;
  const victim = await untilBothRun(ground);
  const signalledAtMs = Date.now();
  await bed.signal(victim, 'SIGTERM', 'parent');
  const ledAtMs = await waitFor(async () => ![undefined, victim].includes(await leaderOf(ground)) && Date.now(), {
    what: 'another leader',
    timeoutMs: WAIT_MS,
    intervalMs: 10,
  }).catch(() => undefined);
  await bed.kill(victim, 'SIGTERM');
  await bed.start(victim);
  return ledAtMs === undefined ? undefined : ledAtMs - signalledAtMs;
}
