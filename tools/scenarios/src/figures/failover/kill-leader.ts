import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import type { HoldPayload } from '../../load/load.handlers.js';
import { leaderOf, type OwnGround } from '../../load/own-ground.js';
import { readSink } from '../../load/read-sink.js';
import type { ScenarioReport } from '../../scenario.js';
import { GOAL_BEYOND_TTL_MS, type LeaderKill } from './failover-measures.js';

/** Far beyond every goal. */
const WAIT_MS = 120_000;
/** The job must not fall due before the leader is dead, on a busy machine too. */
const DELAY_MS = 1_000;
const LOOK_MS = 10;

/** One kill -9 of the leader; afterwards both schedulers run and one of them leads. */
export async function killLeader(ground: OwnGround, afterMs: number, sink: string): Promise<LeaderKill> {
  const { bed } = ground;
  await untilBothRun(ground);
  await sleep(afterMs);
  const victim = await waitFor(() => leaderOf(ground), { what: 'a leader', timeoutMs: WAIT_MS });
  await submitDelayed(ground, sink);
  const killedAtMs = Date.now();
  await bed.signal(victim, 'SIGKILL', 'parent');
  const kill: LeaderKill = {};
  const nextLeads = async () => ![undefined, victim].includes(await leaderOf(ground));
  if (await happens(nextLeads)) kill.ledMs = Date.now() - killedAtMs;
  await happens(() => readSink(sink).length > 0);
  const begunAtMs = readSink(sink)[0]?.atMs;
  if (begunAtMs !== undefined && begunAtMs < killedAtMs) kill.dispatchedBefore = true;
  else if (begunAtMs !== undefined) kill.dispatchedMs = begunAtMs - killedAtMs;
  await bed.kill(victim, 'SIGKILL');
  await bed.start(victim);
  return kill;
}

/** The control: with nobody to take over, neither may happen within the goal. Starts both again. */
export async function killBothSchedulers(
  ground: OwnGround,
  leaderTtlMs: number,
): Promise<NonNullable<ScenarioReport['control']>> {
  const { bed } = ground;
  await untilBothRun(ground);
  const sink = `${ground.directory}/lead-control.jsonl`;
  const schedulers = bed.instances.filter((name) => name.startsWith('scheduler-'));
  await submitDelayed(ground, sink);
  await Promise.all(schedulers.map((name) => bed.kill(name, 'SIGKILL')));
  const waitedMs = leaderTtlMs + GOAL_BEYOND_TTL_MS;
  // The length of the goal, in which nothing may happen: there is no state to wait for.
  await sleep(waitedMs);
  const leads = (await leaderOf(ground)) !== undefined;
  const dispatched = readSink(sink).length > 0;
  for (const name of schedulers) await bed.start(name);
  return {
    text: 'with both schedulers dead nobody leads and nothing is dispatched within the goal',
    failedAsItMust: !leads && !dispatched,
    figures: { waitedMs, leads, dispatched },
  };
}

/** A follower that runs, and a leader; without it there is nothing to measure. */
export async function untilBothRun(ground: OwnGround): Promise<Instance> {
  const { bed } = ground;
  for (const name of bed.instances.filter((each) => each.startsWith('scheduler-'))) {
    await waitFor(() => bed.ready(name), { what: `${name} to be ready`, timeoutMs: WAIT_MS });
  }
  return waitFor(() => leaderOf(ground), { what: 'a leader', timeoutMs: WAIT_MS });
}

/** Resolves when it is accepted; it falls due a moment later. Its handler runs in the worker itself, so that no start of a child counts. */
async function submitDelayed({ bed }: OwnGround, sink: string): Promise<void> {
  const payload: HoldPayload = { sink, ms: 0 };
  await bed.client().submit({ type: 'load.hold-inline', payload, delay: DELAY_MS });
}

function happens(probe: () => boolean | Promise<boolean>): Promise<boolean> {
  return waitFor(probe, { what: 'it', timeoutMs: WAIT_MS, intervalMs: LOOK_MS }).catch(() => false);
}
