import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HopFigures } from '../hops/hop.js';
import type { GrowthFigures } from '../measures/growth.js';
import type { Turn } from '../measures/run-turn.js';
import { LATER } from './goals.js';
import { growthTable } from './growth-table.js';
import { median } from './statistics.js';
import { goalsTable, hopsTable, stagesTable, systemsTable } from './tables.js';

export interface BenchRun {
  /** ISO 8601. */
  date: string;
  command: string;
  versions: string[];
  loadBefore: string;
  loadAfter: string;
  rounds: number;
  turns: Turn[];
  hops: HopFigures[];
  growth?: GrowthFigures;
}

const PAGE = fileURLToPath(new URL('../../../../docs/benchmarks.md', import.meta.url));

/** Everything that was measured, as it is printed and written. */
export function describeRun(run: BenchRun): string {
  const sections = [conditions(run)];
  const goals = goalsTable(run.turns);
  if (goals) sections.push(`## Against the peers\n\n${goals}\n\nNot measured: ${LATER}.`);
  if (run.turns.length > 0) sections.push(`## Each system\n\n${systemsTable(run.turns)}`);
  const stages = stagesTable(run.turns);
  if (stages) sections.push(`## Where a job's time goes at 50 jobs/s\n\n${stages}`);
  if (run.hops.length > 0) sections.push(`## Each hop alone\n\n${hopsTable(run.hops)}`);
  if (run.growth) sections.push(`## With a long queue\n\n${growthTable(run.growth)}`);
  return `${sections.join('\n\n')}\n`;
}

/** Writes docs/benchmarks.md and answers its path. */
export function writePage(run: BenchRun): string {
  mkdirSync(dirname(PAGE), { recursive: true });
  writeFileSync(PAGE, `# Benchmarks\n\n${describeRun(run)}\n${METHOD}`);
  return PAGE;
}

function conditions(run: BenchRun): string {
  const processors = cpus();
  const neighbours = run.turns.flatMap((turn) => turn.endToEnd.map((each) => each.neighbourCores));
  const rounds = run.turns.length > 0 ? `, ${run.rounds} interleaved ${run.rounds === 1 ? 'round' : 'rounds'}` : '';
  const lines = [
    `Measured ${run.date}${rounds}; repeat with \`${run.command}\`.`,
    `Machine: ${processors.length} × ${processors[0]?.model.trim() ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB.`,
    `Versions: ${run.versions.join(', ')}.`,
    `Load averages (1, 5, 15 min) before: ${run.loadBefore}; after: ${run.loadAfter}.`,
  ];
  if (neighbours.length > 0) {
    const [middle, most] = [median(neighbours) ?? 0, Math.max(...neighbours)];
    lines.push(
      `Processors used by others during the end-to-end runs: median ${middle.toFixed(2)}, at most ${most.toFixed(2)}.`,
    );
  }
  return lines.join('\n');
}

const METHOD = `## How

- The work: \`{"example":"data","n":i}\` over HTTP; a worker hashes the JSON (md5 and sha256); the result is durably stored. At the end
  of every turn each result is checked, and the run fails if one is missing or wrong.
- A turn starts one system anew on empty stores, with nothing else running, and warms it up. A round has one turn of each system; the
  order rotates. Ratios are taken within a round; what is shown is the median over the rounds.
- *Separate* is gateway, core-api, scheduler and worker as own processes over RabbitMQ; *app* is gateway, core and scheduler in one
  process. Everything is on: tokens, checks, epochs, leases, events, children that can be killed.
- The peers get a thin Fastify front without tokens or checks, a worker that runs the job in its own process, and their own
  batching; graphile-worker's results are inserted in micro-batches. PostgreSQL runs with fsync and synchronous_commit on.
- Jobs/s: from the first request until every result is stored, over keep-alive connections with one request at a time each, from a
  load generator in a process of its own.
- CPU: user and system time of all processes of a system, its servers among them; looking at the store is in it, for all alike.
- Latency: from the call to the moment at which a look at the store, once a millisecond and by key, finds the result. The
  same for all systems; half a millisecond of waiting is in every figure.
- Memory: the largest resident set during the run with 32 connections, children included, shared pages counted in each.
- A long queue: the same statements on two databases of one server, sample by sample in turn; in one of them that many jobs wait in front of
  what is submitted, and what is claimed is the oldest of them. Filled by SQL, then vacuumed and analysed as autovacuum does after a minute.
- Hops: both ends in the bench's process, so a hop alone is cheaper than on its way; RabbitMQ and PostgreSQL are real.
`;
