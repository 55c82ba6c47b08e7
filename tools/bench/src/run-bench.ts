import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HopFigures } from './hops/hop.js';
import { LoadGenerator } from './load/load-generator.js';
import type { GrowthFigures } from './measures/growth.js';
import { runTurn, type Turn } from './measures/run-turn.js';
import type { BenchOptions } from './options.js';
import { loadAverages } from './process/neighbour-load.js';
import type { BenchRun } from './report/page.js';
import { BenchServers } from './servers/bench-servers.js';
import { createSystem, neededServers, type ServerName } from './systems/choose-systems.js';

/**
 * Measures what the options ask for, on servers of its own. Everything it started has ended when it settles. Rejects at the next
 * step once `signal` aborts.
 */
export async function runBench(
  options: BenchOptions,
  command: string,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<BenchRun> {
  const need = serversFor(options);
  const directory = mkdtempSync(join(tmpdir(), 'windlass-bench-'));
  chmodSync(directory, 0o700); // logs and a run's secrets
  const loadBefore = loadAverages();
  progress(`starting ${need.join(', ')}`);
  const servers = await BenchServers.start(need, progress);
  let load: LoadGenerator | undefined;
  try {
    signal.throwIfAborted();
    load = new LoadGenerator(directory);
    const versions = [`Node ${process.version}`, ...(await servers.versions()), ...peerVersions()];
    const ground = { servers, load, directory, progress, signal };
    const turns = await runRounds(options, ground);
    const hops = options.measures.includes('hops') ? await runHops(options, ground) : [];
    const growth = options.measures.includes('growth') ? await runGrowth(options, ground) : undefined;
    const { rounds } = options;
    const date = new Date().toISOString();
    return {
      date,
      command,
      versions,
      loadBefore,
      loadAfter: loadAverages(),
      rounds,
      turns,
      hops,
      ...(growth && { growth }),
    };
  } finally {
    await load?.stop();
    await servers.stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Ground {
  servers: BenchServers;
  load: LoadGenerator;
  directory: string;
  progress(line: string): void;
  signal: AbortSignal;
}

async function runRounds(
  options: BenchOptions,
  { servers, load, directory, progress, signal }: Ground,
): Promise<Turn[]> {
  const turns: Turn[] = [];
  if (!measuresSystems(options)) return turns;
  const { systems, rounds } = options;
  for (let round = 1; round <= rounds; round += 1) {
    // Rotated, so that none always comes after the same one.
    for (let at = 0; at < systems.length; at += 1) {
      const name = systems[(at + round - 1) % systems.length]!;
      signal.throwIfAborted();
      progress(`round ${round} of ${rounds}: ${name}`);
      const own = mkdtempSync(join(directory, 'turn-'));
      const turn = await runTurn(createSystem(name, servers, own), load, round, options);
      turns.push(turn);
      progress(`  ${summary(turn)}`);
    }
  }
  return turns;
}

async function runHops(
  options: BenchOptions,
  { servers, load, directory, progress, signal }: Ground,
): Promise<HopFigures[]> {
  signal.throwIfAborted();
  progress('hops');
  // Here, since it loads the gateway and the store, which systems are measured without.
  const { measureHops } = await import('./hops/measure-hops.js');
  return measureHops(servers, load, directory, options.short);
}

async function runGrowth(options: BenchOptions, { servers, progress, signal }: Ground): Promise<GrowthFigures> {
  const { queued, samples } = options;
  progress(`growth: ${queued} queued jobs, ${samples} samples`);
  const { measureGrowth } = await import('./measures/growth.js');
  return measureGrowth(servers, { queued, samples, signal });
}

function measuresSystems({ measures }: BenchOptions): boolean {
  return measures.some((measure) => measure !== 'hops' && measure !== 'growth');
}

function serversFor(options: BenchOptions): ServerName[] {
  const needed = measuresSystems(options) ? neededServers(options.systems) : [];
  if (options.measures.includes('hops')) needed.push('postgres', 'rabbitmq');
  if (options.measures.includes('growth')) needed.push('postgres');
  return [...new Set(needed)];
}

function summary({ endToEnd, latency }: Turn): string {
  const runs = endToEnd.map((run) => `${run.connections} conn ${Math.round(run.jobsPerSecond)} jobs/s`);
  if (latency) runs.push(`${latency.storedMs.length} latencies`);
  return `${runs.join(', ')}; every result is there and right`;
}

/** As pinned. */
function peerVersions(): string[] {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  return ['bullmq', 'graphile-worker', 'fastify'].map((name) => `${name} ${dependencies[name]}`);
}
