import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '@windlass/bench/load';
import type { Instance } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import type { OwnGround } from '../../load/own-ground.js';
import { readProcess } from '../../load/read-process.js';
import type { ScenarioContext } from '../../scenario.js';
import { offerJobs } from './offer-jobs.js';
import type { OfferOrder, OfferReport } from './offer-order.js';

export interface OverloadForm {
  warmUpMs: number;
  peakMs: number;
  overloadMs: number;
  /** Connections of the closed loops that look for the peak: submissions travel packed, so more at once may carry more. */
  peakConnections: readonly number[];
  /** Most requests under way of the open loop: beyond all bounds of the gateways together. */
  connections: number;
  /** How many times the peak is offered. */
  factor: number;
  tenants: number;
  sampleMs: number;
}

export interface MemoryPoint {
  atS: number;
  /** MB by instance. */
  rss: Record<string, number>;
}

export interface OverloadMeasure {
  /** How many times the peak was to be offered. */
  factor: number;
  /** Of the closed loop that carried the most. */
  peak: OfferReport;
  peakConnections: number;
  overload: OfferReport;
  /** Jobs that ended in each of the two turns, for each second of it. */
  peakFinishedPerSecond: number;
  overloadFinishedPerSecond: number;
  memory: MemoryPoint[];
  /** Of what both turns accepted, by state. */
  ends: Record<string, number>;
  unfinished: number;
  /** Instances that ended while they were loaded. */
  ended: Instance[];
}

/** A backlog of ten minutes is run off at the pace of the machine. */
const QUIET_MS = 1_800_000;

export async function runOverload(
  form: OverloadForm,
  ground: OwnGround,
  context: Pick<ScenarioContext, 'progress' | 'out'>,
): Promise<OverloadMeasure> {
  const idsFile = join(ground.directory, `accepted-${performance.now()}.txt`);
  const targets = await targetsOf(ground, form.tenants);
  const best = await findPeak(form, ground, { targets, idsFile }, context.progress);
  const peakPerSecond = best.peak.accepted / best.peak.seconds;
  const watch = watchMemory(ground, form.sampleMs, context);
  const [overload, overloadFinishedPerSecond] = await offerAndCount(ground, {
    ...{ targets, connections: form.connections, idsFile, durationMs: form.overloadMs },
    perSecond: peakPerSecond * form.factor,
  });
  const memory = watch.stop();
  const ended = ground.bed.instances.filter((name) => !ground.bed.isRunning(name));
  context.progress(`overload: ${JSON.stringify(overload)}`);
  await untilQuiet(ground).catch(() => undefined);
  const ids = readFileSync(idsFile, 'utf8').split('\n').filter(Boolean);
  const ends = await ground.look.endsOf(ids);
  const unfinished = await ground.look.unfinished();
  return { factor: form.factor, ...best, overload, overloadFinishedPerSecond, memory, ends, unfinished, ended };
}

async function findPeak(
  { warmUpMs, peakMs, peakConnections }: OverloadForm,
  ground: OwnGround,
  closed: Pick<OfferOrder, 'targets' | 'idsFile'>,
  progress: (line: string) => void,
): Promise<Pick<OverloadMeasure, 'peak' | 'peakConnections' | 'peakFinishedPerSecond'>> {
  await offerJobs({ ...closed, connections: peakConnections[0]!, durationMs: warmUpMs });
  const found: Pick<OverloadMeasure, 'peak' | 'peakConnections' | 'peakFinishedPerSecond'>[] = [];
  for (const connections of peakConnections) {
    await untilQuiet(ground);
    const [peak, finished] = await offerAndCount(ground, { ...closed, connections, durationMs: peakMs });
    found.push({ peak, peakConnections: connections, peakFinishedPerSecond: finished });
    progress(
      `${connections} connections: ${Math.round(peak.accepted / peak.seconds)} accepted/s, ${Math.round(finished)} finished/s`,
    );
  }
  await untilQuiet(ground);
  return found.reduce((most, each) => (each.peak.accepted > most.peak.accepted ? each : most));
}

async function offerAndCount({ look }: OwnGround, order: OfferOrder): Promise<[OfferReport, number]> {
  const finished = () => look.number('select count(*) from job_history');
  const before = await finished();
  const startMs = performance.now();
  const report = await offerJobs(order);
  // Its last answers and our own count take their time, in which jobs end as well.
  return [report, ((await finished()) - before) / ((performance.now() - startMs) / 1_000)];
}

/** Each gateway with each tenant's token. */
async function targetsOf({ bed }: OwnGround, tenants: number): Promise<Target[]> {
  const tokens = await Promise.all(
    Array.from({ length: tenants }, (_, n) => bed.tokenFor(`tenant-${n}`, 'jobs:write')),
  );
  const gateways = bed.instances.filter((name) => name.startsWith('gateway-')).map((name) => new URL(bed.urlOf(name)));
  return tokens.flatMap((token) =>
    gateways.map((url) => ({
      ...{
        host: url.hostname,
        port: Number(url.port),
        path: '/v1/jobs',
        headers: { authorization: `Bearer ${token}` },
      },
      ...{ before: '{"type":"load.tiny","payload":{"n":', after: '}}' },
    })),
  );
}

function untilQuiet({ look }: OwnGround): Promise<boolean> {
  return waitFor(async () => (await look.unfinished()) === 0, {
    ...{ what: 'all jobs to finish', timeoutMs: QUIET_MS, intervalMs: 500 },
  });
}

function watchMemory({ bed }: OwnGround, everyMs: number, { out }: Pick<ScenarioContext, 'out'>) {
  const points: MemoryPoint[] = [];
  const startMs = performance.now();
  const look = () => {
    const rss = bed.instances.flatMap((name) => {
      const figures = readProcess(bed.process(name).pid);
      return figures ? [[name, figures.rssMb] as const] : [];
    });
    const point = { atS: (performance.now() - startMs) / 1_000, rss: Object.fromEntries(rss) };
    points.push(point);
    if (out) appendFileSync(out, `${JSON.stringify(point)}\n`);
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return points;
    },
  };
}
