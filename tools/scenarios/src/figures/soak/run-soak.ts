import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drawFrom } from '@windlass/proof';
import type { Instance } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import { describeMachine, describeServers } from '../../load/describe-machine.js';
import { keepOutputs } from '../../load/keep-outputs.js';
import type { DatabaseLook } from '../../load/look-at-database.js';
import { type OwnGround, withOwnGround } from '../../load/own-ground.js';
import { LEAK_MB_PER_MINUTE, TELL_MEMORY_DIRECTORY } from '../../load/preload.config.js';
import type { ScenarioContext } from '../../scenario.js';
import { type LoadCounts, SteadyLoad } from './steady-load.js';
import { type SoakSample, sampleProcesses } from './take-samples.js';

export interface SoakForm {
  minutes: number;
  perSecond: number;
  sampleMs: number;
  leaseMs: number;
  leaderTtlMs: number;
  /** For the control: this much is kept for ever in one process. */
  leak?: { instance: Instance; mbPerMinute: number };
}

export interface SoakMeasure {
  samples: SoakSample[];
  counts: LoadCounts;
  troubles: string[];
  /** How the accepted jobs ended, by state. */
  ends: Record<string, number>;
  unfinished: number;
  rows: Record<string, number>;
  settings: Record<string, string | number>;
}

const FOLLOWERS = 2;
/** Of the samples, one in so many also tells the rows of the database and a line for people. */
const ROWS_EVERY = 6;
/** The longest job waits a minute; the rest is for a busy machine. */
const QUIET_MS = 300_000;

const ROWS: Record<string, string> = {
  jobs: 'select count(*) from jobs',
  queueDeltas: 'select count(*) from queue_deltas',
  stoppingAttempts: 'select count(*) from stopping_attempts',
  garbage: 'select count(*) from garbage',
  idempotencyKeys: 'select count(*) from idempotency_keys',
  finished: 'select count(*) from job_history',
};

/** Brings everything up, loads it for the form's time and takes it down. */
export function runSoak(form: SoakForm, context: ScenarioContext): Promise<SoakMeasure> {
  const { leaseMs, leaderTtlMs } = form;
  return withOwnGround({ leaseMs, leaderTtlMs, env: preloads(form) }, context, (ground) =>
    loadAndWatch(form, context, ground),
  );
}

async function loadAndWatch(form: SoakForm, context: ScenarioContext, ground: OwnGround): Promise<SoakMeasure> {
  const { bed, look } = ground;
  const clients = [bed.client('gateway-1'), bed.client('gateway-2')];
  const load = new SteadyLoad(clients, drawFrom(context.seed));
  const { minutes, perSecond, leaseMs, leaderTtlMs } = form;
  const servers = await describeServers(ground.servers);
  const settings = { ...describeMachine(), ...servers, minutes, perSecond, leaseMs, leaderTtlMs };
  if (context.out) mkdirSync(dirname(context.out), { recursive: true });
  record(context, { settings });
  load.start(form.perSecond, FOLLOWERS);
  const samples = await watch(form, context, ground, load).finally(() => load.stop());
  context.progress(`load ended, ${load.accepted.size} accepted; waiting until they are finished`);
  const quiet = await waitFor(async () => (await look.unfinished()) === 0, {
    ...{ what: 'quiet', timeoutMs: QUIET_MS, intervalMs: 1_000 },
  }).catch(() => false);
  if (!quiet) keepOutputs(bed, context.keepDir);
  record(context, { quiet, counts: load.counts, troubles: load.troubles });
  const unfinished = await look.unfinished();
  const ends = await look.endsOf([...load.accepted]);
  const rows = await countRows(look);
  return { samples, counts: load.counts, troubles: load.troubles, ends, unfinished, rows, settings };
}

async function watch(
  form: SoakForm,
  context: ScenarioContext,
  { bed, directory, look }: OwnGround,
  load: SteadyLoad,
): Promise<SoakSample[]> {
  const samples: SoakSample[] = [];
  const startMs = performance.now();
  const endMs = startMs + form.minutes * 60_000;
  // A machine that stood still takes one sample late, not all that it missed at once.
  for (let dueMs = startMs; dueMs <= endMs; dueMs = Math.max(dueMs + form.sampleMs, performance.now())) {
    await sleep(Math.max(0, dueMs - performance.now()));
    const dead = bed.instances.filter((name) => !bed.isRunning(name));
    if (dead.length > 0) throw new Error(`${dead.join(', ')} ended: ${bed.outputOf(dead[0]!).slice(-2_000)}`);
    const atS = Math.round((performance.now() - startMs) / 100) / 10;
    const sample: SoakSample = { atS, processes: await sampleProcesses(bed, directory) };
    samples.push(sample);
    // A database that does not answer for once costs a line, not the run.
    const rows = samples.length % ROWS_EVERY === 1 ? await countRows(look).catch(() => ({})) : undefined;
    record(context, { ...sample, ...(rows ? { rows, load: load.counts } : {}) });
    if (rows) context.progress(lineOf(sample, rows, load.counts));
  }
  return samples;
}

async function countRows(look: DatabaseLook): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const [name, sql] of Object.entries(ROWS)) rows[name] = await look.number(sql);
  return rows;
}

/** A line of the file that outlives a run which is broken off. */
export function record({ out }: ScenarioContext, line: object): void {
  if (out) appendFileSync(out, `${JSON.stringify(line)}\n`);
}

function lineOf({ atS, processes }: SoakSample, rows: Record<string, number>, counts: LoadCounts): string {
  const rss = Object.entries(processes)
    .filter(([name]) => !name.includes(' child '))
    .map(([name, { rssMb }]) => `${name} ${rssMb.toFixed(1)}`);
  const { accepted, failedCalls, wrongAnswers, skipped } = counts;
  return `${Math.round(atS)} s | MB: ${rss.join(', ')} | jobs ${rows.jobs}, deltas ${rows.queueDeltas}, finished ${rows.finished} | accepted ${accepted}, failed calls ${failedCalls}, wrong ${wrongAnswers}, skipped ${skipped}`;
}

/** Each process tells its heap; for a control one of them leaks besides. */
function preloads({ leak }: SoakForm) {
  const imported = (file: string) => `--import=${new URL(`../../../dist/load/${file}`, import.meta.url).href}`;
  const tell = imported('tell-memory.preload.js');
  const all = (directory: string) => ({ NODE_OPTIONS: tell, [TELL_MEMORY_DIRECTORY]: directory });
  return (directory: string) => ({
    ...{ 'core-api': all(directory), scheduler: all(directory), worker: all(directory), gateway: all(directory) },
    ...(leak && {
      [leak.instance]: {
        NODE_OPTIONS: `${tell} ${imported('leak.preload.js')}`,
        [LEAK_MB_PER_MINUTE]: String(leak.mbPerMinute),
      },
    }),
  });
}
