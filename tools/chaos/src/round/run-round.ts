import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClientOperation,
  checkHistory,
  drawFrom,
  type History,
  isClean,
  type Query,
  readHistoryRows,
  type SinkLine,
  type Verdict,
} from '@windlass/proof';
import type { OwnServers } from '@windlass/testbed';
import { drawLoad, driveLoad } from '../drive/drive-load.js';
import { countAnswers, OperationLog } from '../drive/operation-log.js';
import { readSink } from '../drive/read-sink.js';
import type { Fault } from '../faults/fault.js';
import { openPlatform, type Platform } from '../platform/open-platform.js';
import { awaitQuiet } from './await-quiet.js';
import { brokenFiles } from './check-files.js';
import { findOrphans, type Orphan } from './find-orphans.js';
import { injectFaults } from './inject-faults.js';
import { planFaults } from './plan-faults.js';

export interface RoundOptions {
  seed: number;
  jobs: number;
  leaseMs: number;
  /** Of this round, each one after the first while that is on. */
  faults: readonly Fault[];
  /** Absent: those that the test run shares, for faults that need none of their own. */
  servers?: OwnServers;
  progress(line: string): void;
  /** Before the services start: what a spec breaks on purpose. */
  sabotage?: (query: Query) => Promise<void>;
}

export interface RoundReport {
  seed: number;
  verdict: Verdict;
  history: History;
  /** Names of the faults that were injected. */
  faults: string[];
  passed: string[];
  quiet: boolean;
  /** Processes that ended though no fault ended them. */
  ended: { name: string; how: string; output: string }[];
  orphans: Orphan[];
  /** Artifacts and large results that are not what was recorded. */
  files: string[];
  /** Answers that the API's contract does not have. */
  serverErrors: ClientOperation[];
  withoutRetryAfter: ClientOperation[];
  /** What each instance printed. */
  outputs: Record<string, string>;
}

/** A round that threw: `cause` is what, the rest is what is there to be looked at. */
export class BrokenRound extends Error {
  constructor(
    override readonly cause: unknown,
    readonly remains: { operations: ClientOperation[]; sink: SinkLine[]; outputs: Record<string, string> },
  ) {
    super(String((cause as Error | undefined)?.stack ?? cause));
  }
}

/** The load goes on for this long after the last fault has healed. */
const AFTERMATH_MS = 2_000;
/** A client gives up this long after the load's end: by then everything has been healed for a while. */
const CLIENT_PATIENCE_MS = 40_000;
/** An orphan ends when its connection to its parent does. */
const ORPHAN_MS = 10_000;
const ORPHAN_LOOK_MS = 250;

export async function runRound(options: RoundOptions): Promise<RoundReport> {
  const platform = await openPlatform(options.servers, options.leaseMs, options.sabotage);
  try {
    return await playRound(platform, options);
  } finally {
    await platform.close();
  }
}

/** Without a witness's account there is nothing to be clean. */
export function isPassed(report: RoundReport): boolean {
  const { verdict, ended, orphans, files, serverErrors, withoutRetryAfter } = report;
  const found = [ended, orphans, files, serverErrors, withoutRetryAfter];
  const { operations, runs, changes } = verdict.looked;
  const judged = operations > 0 && runs > 0 && changes > 0;
  return judged && isClean(verdict) && found.every((each) => each.length === 0);
}

/** On a platform without history. @throws BrokenRound */
export async function playRound(platform: Platform, options: Omit<RoundOptions, 'sabotage'>): Promise<RoundReport> {
  const log = new OperationLog();
  try {
    return await play(platform, options, log);
  } catch (error) {
    const sink = await readSink(platform.sink, platform.past).catch(() => []);
    throw new BrokenRound(error, { operations: [...log.operations], sink, outputs: outputsOf(platform) });
  }
}

async function play(
  platform: Platform,
  options: Omit<RoundOptions, 'sabotage'>,
  log: OperationLog,
): Promise<RoundReport> {
  const { bed, query, sink } = platform;
  const { seed, leaseMs, progress, servers } = options;
  const draw = drawFrom(seed);
  const planned = planFaults(draw.fork('faults'), options.faults, leaseMs);
  const spreadMs = Math.max(...planned.map((each) => each.afterMs + each.lengthMs)) + AFTERMATH_MS;
  const urls = bed.instances.filter((name) => name.startsWith('gateway')).map((name) => bed.urlOf(name));
  const clients = { urls, token: bed.token, log, draw: draw.fork('clients') };
  const untilMs = Date.now() + spreadMs + CLIENT_PATIENCE_MS;
  const driven = driveLoad(drawLoad(draw.fork('jobs'), options.jobs, `chaos-${seed}`), spreadMs, {
    ...clients,
    untilMs,
  });
  const [injected] = await Promise.all([
    injectFaults(planned, { ...{ bed, servers, progress }, draw: draw.fork('injection') }),
    driven,
  ]);
  progress(
    `  ${log.accepted} of ${options.jobs} accepted (${JSON.stringify(countAnswers(log.operations))}), waiting for quiet`,
  );
  const quiet = await awaitQuiet(query, leaseMs);
  const orphans = await lastingOrphans(platform);
  const files = await brokenFiles(query, bed.ground.files);
  const { changes, final } = await readHistoryRows(query);
  const history: History = {
    ...{ seed, leaseMs, operations: log.operations, changes, final },
    sink: await readSink(sink, platform.past),
    faults: injected.spans,
  };
  return {
    ...{ seed, history, quiet, orphans, files, passed: injected.passed },
    ...{ serverErrors: log.serverErrors, withoutRetryAfter: log.withoutRetryAfter },
    verdict: checkHistory(history),
    faults: planned.map(({ fault }) => fault.name).filter((name) => !injected.passed.includes(name)),
    ended: bed.unaskedEnds(),
    outputs: outputsOf(platform),
  };
}

const outputsOf = ({ bed }: Platform) =>
  Object.fromEntries(bed.instances.map((name) => [name, bed.wholeOutputOf(name)]));

/** Those that are still there when an orphan has long had to be gone; they are ended. */
async function lastingOrphans({ bed, sink }: Platform): Promise<Orphan[]> {
  const deadline = performance.now() + ORPHAN_MS;
  let orphans = await findOrphans(bed, sink);
  while (orphans.length > 0 && performance.now() < deadline) {
    await sleep(ORPHAN_LOOK_MS);
    orphans = await findOrphans(bed, sink);
  }
  for (const { pid } of orphans) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone in this moment.
    }
  }
  return orphans;
}
