import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import type { ScenarioContext } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import type { Volume } from '../ground/volume.js';
import { goalsOf } from '../judge/goals.js';
import { judgeAfterQuiet } from '../judge/judge-after-quiet.js';
import { SteadyLoad } from '../submit/steady-load.js';
import { goalsOfRefusals, judgeRefusals, named } from './judge-refusals.js';

const REFUSALS = 30;
const WAIT_MS = 90_000;
/** Rows of this size need new blocks soon. */
const FILLING = 'f'.repeat(8_000);

/** PostgreSQL's volume is filled under load, stays full for a while, and gets room again. */
export async function fillPostgres(platform: Platform, disk: Volume, { progress, short }: ScenarioContext) {
  const { bed, servers, sink } = platform;
  const load = new SteadyLoad({
    urls: () => [bed.urlOf('gateway-1')],
    token: bed.token,
    connections: 8,
    pauseMs: 10,
    job: () => ({ type: 'fault.note', payload: { sink, filling: FILLING } }),
  });
  await waitFor(() => load.accepted.length >= 50, { what: 'the first acknowledgements', timeoutMs: WAIT_MS });
  const full = keepFull(disk);
  await waitFor(() => refusalsOf(load) >= REFUSALS, { what: 'refusals', timeoutMs: WAIT_MS });
  progress(`PostgreSQL's disk is full: ${refusalsOf(load)} refused, ${load.accepted.length} accepted`);
  await sleep(short ? 2_000 : 15_000);
  await full.makeRoom();
  // As a supervisor does: PostgreSQL ends itself when it cannot even write its log.
  const fellOver = !servers.postgres.isRunning();
  if (fellOver) await servers.postgres.restart();
  const roomAt = performance.now();
  const before = load.accepted.length;
  const healed = await waitFor(() => load.accepted.length > before, {
    what: 'a submission to be accepted again',
    timeoutMs: WAIT_MS,
  }).catch(() => false);
  const healMs = Math.round(performance.now() - roomAt);
  const submissions = await load.stop();
  progress(`there is room again: accepted after ${healMs} ms`);
  const refusals = judgeRefusals(submissions);
  const counts = await judgeAfterQuiet(platform, submissions);
  return {
    submissions,
    figures: { ...named('postgres', { ...refusals, ...counts, healMs }), postgresFellOver: fellOver },
    goals: [
      ...goalsOfRefusals('PostgreSQL full', refusals),
      { text: 'PostgreSQL full: submissions are accepted again by themselves once there is room', held: healed },
      ...goalsOf(counts).map(({ text, held }) => ({ text: `PostgreSQL full: ${text}`, held })),
    ],
  };
}

function refusalsOf(load: SteadyLoad): number {
  return load.submissions.filter((each) => each.status === 503).length;
}

/** Fills again and again what PostgreSQL frees, until room is made. */
function keepFull(disk: Volume): { makeRoom(): Promise<void> } {
  const ending = new AbortController();
  let makeRoom = disk.fill();
  const filling = (async () => {
    while (!ending.signal.aborted) {
      makeRoom = disk.fill();
      await sleep(100, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    makeRoom: async () => {
      ending.abort();
      await filling;
      makeRoom();
    },
  };
}
