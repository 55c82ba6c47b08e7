import { setTimeout as sleep } from 'node:timers/promises';
import { type Draw, drawFrom } from '@windlass/proof';
import { waitFor } from '@windlass/testing';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { type CleanUp, withCleanUp } from '../ground/clean-up.js';
import { makeDirectory, openPlatform, type Platform } from '../ground/open-platform.js';
import { openServers } from '../ground/open-servers.js';
import { skipped } from '../ground/skip.js';
import { whyNoVolume } from '../ground/volume.js';
import { goalsOf } from '../judge/goals.js';
import { judgeAfterQuiet } from '../judge/judge-after-quiet.js';
import { readFacts, withDatabase } from '../judge/read-facts.js';
import { acceptedOf, SteadyLoad } from '../submit/steady-load.js';
import type { Submission } from '../submit/submit-once.js';
import { CutDisk } from './cut-power.js';

const CONNECTIONS = 16;
/** The file system may have written by chance what nobody asked for: each cut of the control is another look. */
const CONTROL_CUTS = 3;

export const POWER_CUT: Scenario = {
  name: 'power-cut',
  about: 'PostgreSQL loses power under load and is recovered from what its disk held; nothing acknowledged is missing',
  minutes: 3,
  run: (context) => withCleanUp(context.progress, (cleanUp) => run(context, cleanUp)),
};

interface Ground extends Platform {
  disk: CutDisk;
  draw: Draw;
  /** Everything that was submitted so far. */
  submissions: Submission[];
}

async function run(context: ScenarioContext, cleanUp: CleanUp): Promise<ScenarioReport> {
  const { progress, short } = context;
  const dir = makeDirectory(cleanUp);
  const why = await whyNoVolume(dir);
  if (why) return skipped('power-cut', why);
  const disk = await CutDisk.make(cleanUp, dir);
  const servers = await openServers(cleanUp, progress, disk.dataDir);
  const platform = await openPlatform(cleanUp, { servers, dir, progress });
  const ground: Ground = { ...platform, disk, draw: drawFrom(context.seed), submissions: [] };
  const cuts = short ? 2 : 5;
  const recoveryMs: number[] = [];
  let lostAtOnce = 0;
  for (let n = 1; n <= cuts; n += 1) {
    const cut = await cutUnderLoad(ground, short);
    recoveryMs.push(cut.recoveryMs);
    lostAtOnce += cut.lost;
    progress(`cut ${n} of ${cuts}: ${cut.accepted} acknowledged, ${cut.lost} missing, back in ${cut.recoveryMs} ms`);
  }
  const counts = await judgeAfterQuiet(ground, ground.submissions);
  const accepted = acceptedOf(ground.submissions).length;
  const control = await runControl(ground, progress, short);
  return reportOf({
    name: 'power-cut',
    figures: { cuts, accepted, lostAtOnce, ...counts, postgresBackMaxMs: Math.max(...recoveryMs) },
    goals: [
      { text: 'right after each recovery every acknowledged job is there', held: lostAtOnce === 0 },
      { text: 'each cut met acknowledged jobs', held: accepted >= cuts * CONNECTIONS },
      ...goalsOf(counts),
    ],
    control,
  });
}

/** Submits, cuts at a drawn moment, recovers, and counts what is missing of all that was ever acknowledged. */
async function cutUnderLoad(ground: Ground, short: boolean) {
  const { bed, servers, disk, draw } = ground;
  const load = submitTo(ground);
  await waitFor(() => load.accepted.length >= CONNECTIONS, { what: 'the first acknowledgements', timeoutMs: 60_000 });
  await sleep(draw.whole(500, short ? 2_000 : 5_000));
  const copy = await disk.cut(servers);
  // PostgreSQL stands still: whatever is acknowledged by now was committed before the cut.
  ground.submissions.push(...(await load.stop()));
  const from = performance.now();
  await disk.restore(servers, copy);
  const recoveryMs = Math.round(performance.now() - from);
  const { jobs } = await readFacts(bed.ground.database.url);
  const accepted = acceptedOf(ground.submissions);
  return { recoveryMs, accepted: accepted.length, lost: accepted.filter((id) => !jobs.has(id)).length };
}

function submitTo({ bed, sink }: Ground): SteadyLoad {
  return new SteadyLoad({
    urls: () => [bed.urlOf('gateway-1')],
    token: bed.token,
    connections: CONNECTIONS,
    pauseMs: 5,
    job: () => ({ type: 'fault.note', payload: { sink } }),
  });
}

/** The same disk and the same cuts, with a PostgreSQL that does not insist on its writes. */
async function runControl(ground: Ground, progress: ScenarioContext['progress'], short: boolean) {
  const { url } = ground.bed.ground.database;
  let lost = 0;
  let recovered = true;
  let cuts = 0;
  while (cuts < CONTROL_CUTS && lost === 0 && recovered) {
    await withDatabase(url, (client) => client.query('alter system set fsync = off'));
    await withDatabase(url, (client) => client.query('select pg_reload_conf()'));
    await waitFor(async () => (await showFsync(url)) === 'off', { what: 'fsync to be off' });
    cuts += 1;
    try {
      lost = (await cutUnderLoad(ground, short)).lost;
    } catch (error) {
      progress(`control: ${String(error).slice(0, 300)}`);
      recovered = false;
    }
  }
  progress(recovered ? `control: ${lost} acknowledged jobs missing` : 'control: the database could not be recovered');
  return {
    text: 'with fsync = off a cut loses acknowledged jobs, or the whole database',
    failedAsItMust: lost > 0 || !recovered,
    figures: { cuts, lost, recovered },
  };
}

async function showFsync(url: string): Promise<string | undefined> {
  const { rows } = await withDatabase(url, (client) => client.query<{ fsync: string }>('show fsync'));
  return rows[0]?.fsync;
}
