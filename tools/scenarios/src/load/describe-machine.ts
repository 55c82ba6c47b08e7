import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { rabbitCtl } from '@windlass/services';
import type { OwnServers } from '@windlass/testbed';
import pg from 'pg';

/** What a figure needs beside it to mean anything: when, of which source, on what. */
export function describeMachine(): Record<string, string | number> {
  return {
    date: new Date().toISOString(),
    commit: commitOf(),
    node: process.version,
    kernel: release(),
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? '',
    memoryGb: Math.round(totalmem() / 1e9),
    loadAverageAtStart: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** As PostgreSQL and RabbitMQ name themselves. */
export async function describeServers(servers: OwnServers): Promise<Record<string, string>> {
  const client = new pg.Client({
    connectionString: servers.postgres.address.url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    const rabbitmq = (await rabbitCtl(servers.rabbitmq.address, ['version'])).trim();
    return { postgresql: rows[0]?.server_version ?? '', rabbitmq };
  } finally {
    await client.end();
  }
}

/** With a plus when files differ from it; `unknown` outside a checkout. */
function commitOf(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return 'unknown';
  }
}
