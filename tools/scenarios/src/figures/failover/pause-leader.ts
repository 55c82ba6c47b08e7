import { setTimeout as sleep } from 'node:timers/promises';
import { checkHistory, installRecorder, readHistoryRows } from '@windlass/proof';
import { promoteDue } from '@windlass/store';
import type { Instance } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import pg from 'pg';
import { leaderOf, type OwnGround } from '../../load/own-ground.js';
import type { LeaderPause } from './failover-measures.js';
import { untilBothRun } from './kill-leader.js';

const PAUSE_TTLS = 3;
const DELAYED_JOBS = 20;
const WAIT_MS = 120_000;

/** SIGSTOP of the leader for three TTLs, with jobs that fall due all the while, then SIGCONT. */
export async function pauseLeader(ground: OwnGround, ttlMs: number): Promise<LeaderPause> {
  const { bed, look } = ground;
  const query = async (text: string, values: unknown[] = []) => ({
    rows: await look.rows<Record<string, unknown>>(text, values),
  });
  const victim = await untilBothRun(ground);
  await installRecorder(query);
  const old = (await look.leader())!;
  const client = bed.client();
  const lastDueMs = ttlMs * (PAUSE_TTLS + 1);
  const pausedAtMs = Date.now();
  await bed.signal(victim, 'SIGSTOP', 'parent');
  const [led] = await Promise.all([
    waitFor(async () => ![undefined, victim].includes(await leaderOf(ground)) && Date.now(), {
      ...{ what: 'another leader', timeoutMs: ttlMs * PAUSE_TTLS, intervalMs: 10 },
    }).catch(() => undefined),
    ...Array.from({ length: DELAYED_JOBS }, (_, n) =>
      client.submit({ type: 'load.tiny', payload: {}, delay: Math.round((lastDueMs * (n + 1)) / DELAYED_JOBS) }),
    ),
  ]);
  const ledMs = led === undefined ? undefined : led - pausedAtMs;
  const movedByOldTerm = await moveWithTerm(ground, { name: 'scheduler', holder: old.holder, term: old.term });
  await sleep(Math.max(0, pausedAtMs + ttlMs * PAUSE_TTLS - Date.now()));
  const outputBefore = bed.outputOf(victim).length;
  await bed.signal(victim, 'SIGCONT', 'parent');
  const stepsDown = await waitFor(() => sayAfter(bed.outputOf(victim), outputBefore), {
    ...{ what: 'the old leader to step down', timeoutMs: WAIT_MS },
  }).catch(() => false);
  await waitFor(async () => (await look.unfinished()) === 0, { what: 'quiet', timeoutMs: WAIT_MS, intervalMs: 100 });
  const { changes, final } = await readHistoryRows(query);
  const verdict = checkHistory({
    ...{ seed: 0, leaseMs: bed.leaseMs, operations: [], sink: [], faults: [], changes, final },
  });
  const moved = changes.filter(
    ({ table, app, before, after }) =>
      table === 'jobs' && isOther(app, victim) && before?.state === 'scheduled' && after?.state === 'queued',
  );
  return {
    ...(ledMs === undefined ? {} : { ledMs }),
    ...{ movedByOldTerm, stepsDown, movedByNewLeader: moved.length },
    staleWrites: verdict.violations.filter(({ rule }) => rule === 'H8').length,
  };
}

/** What the old leader would do next, had it passed its own check before it was stopped: its statement, with its term. */
async function moveWithTerm({ bed }: OwnGround, term: { name: string; holder: string; term: number }): Promise<number> {
  const { engineUrl } = bed.ground.database.urls;
  const client = new pg.Client({
    connectionString: engineUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    options: '-c search_path=windlass',
  });
  await client.connect();
  try {
    return (await promoteDue(client, term, 100)).count;
  } finally {
    await client.end();
  }
}

function sayAfter(output: string, from: number): boolean {
  // The output kept is the end of it; once it is full, all of it is looked through.
  return (output.length > from ? output.slice(from) : output).includes('does not lead');
}

function isOther(app: string, victim: Instance): boolean {
  return app.startsWith('scheduler-') && app !== victim;
}
