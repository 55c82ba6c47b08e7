import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portIsFree } from './pick-port.js';
import { createVhost, deleteVhost, evalOnRabbit, rabbitCtl } from './rabbit-tools.js';
import { isUnavailable, type S3Address, type ServerHandle } from './service-types.js';
import { type RunningServices, startServices } from './start-services.js';

type Needed = 'postgres' | 'rabbitmq' | 's3' | 'redis';
let run: RunningServices<Needed>;

beforeAll(async () => {
  run = await startServices({ need: ['postgres', 'rabbitmq', 's3', 'redis'] });
}, 600_000);
afterAll(() => run.stop());

async function query(url: string, sql: string, timeoutMs = 5000): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
    return rows.map((row) => row.join());
  } finally {
    await client.end().catch(() => {});
  }
}

describe('PostgreSQL', () => {
  it('refuses a wrong password', async () => {
    const url = new URL(run.servers.postgres.address.url);
    url.password = 'not-the-password';
    await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps what was committed through SIGKILL, on the same address', async () => {
    const { postgres } = run.servers;
    await query(postgres.address.url, 'create table survivor as select 7 as n');
    await postgres.kill();
    expect(postgres.isRunning()).toBe(false);
    await expect(query(postgres.address.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await postgres.restart();
    expect(await query(postgres.address.url, 'select n from survivor')).toEqual(['7']);
  });

  it('answers nothing while paused, on connections that were open before neither', async () => {
    const { postgres } = run.servers;
    const client = new pg.Client({ connectionString: postgres.address.url, query_timeout: 300 });
    await client.connect();
    await postgres.pause();
    await expect(client.query('select 1')).rejects.toThrow(/timeout/i);
    await postgres.resume();
    await client.end();
    expect(await query(postgres.address.url, 'select 1')).toEqual(['1']);
  });

  it('is empty after a wipe, on the same address', async () => {
    const { postgres } = run.servers;
    await query(postgres.address.url, 'create table if not exists wiped (n int)');
    await postgres.wipe();
    expect(await query(postgres.address.url, "select 1 from pg_tables where tablename = 'wiped'")).toEqual([]);
  });
});

async function brokerKeepsItsPromises(broker: ServerHandle<'rabbitmq' | 'rabbitmq4'>, version: RegExp): Promise<void> {
  expect(await evalOnRabbit(broker.address, 'rabbit_misc:version()')).toMatch(version);
  await createVhost(broker.address, 'mine');
  expect(await rabbitCtl(broker.address, ['list_vhosts', '--silent'])).toContain('mine');
  await rabbitCtl(broker.address, ['stop_app']);
  expect(await evalOnRabbit(broker.address, 'rabbit:is_running()')).toBe('false');
  await rabbitCtl(broker.address, ['start_app']);
  await deleteVhost(broker.address, 'mine');
  await createVhost(broker.address, 'lost-in-the-wipe');
  await broker.wipe();
  expect(await evalOnRabbit(broker.address, 'rabbit_vhost:exists(<<"lost-in-the-wipe">>)')).toBe('false');
  expect(await evalOnRabbit(broker.address, 'rabbit_vhost:exists(<<"windlass">>)')).toBe('true');
}

describe('RabbitMQ', () => {
  it('3.10 can be stopped and started by rabbitmqctl, and wiped', async () => {
    await brokerKeepsItsPromises(run.servers.rabbitmq, /^"3\.1\d\./);
  }, 120_000);

  it('4.x does the same, or says why it cannot be had', async () => {
    const own = await startServices({ need: ['rabbitmq4'] });
    try {
      const broker = own.servers.rabbitmq4;
      if (isUnavailable(broker)) expect(broker.unavailable).toMatch(/WINDLASS_TEST_RABBITMQ4_URL/);
      else await brokerKeepsItsPromises(broker, /^"4\./);
    } finally {
      await own.stop();
    }
  }, 300_000);
});

describe('S3', () => {
  const list = ({ endpoint, region, accessKeyId }: S3Address, secretAccessKey: string) =>
    new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    }).send(new ListBucketsCommand({}));

  it('answers the right secret and refuses a wrong one', async () => {
    const { address } = run.servers.s3;
    expect((await list(address, address.secretAccessKey)).Buckets ?? []).toEqual([]);
    await expect(list(address, 'x'.repeat(40))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});

describe('every server', () => {
  it('listens on 127.0.0.1 only and leaves its port free once it is stopped', async () => {
    const { redis } = run.servers;
    const port = Number(new URL(redis.address.url).port);
    expect(await portIsFree(port)).toBe(false);
    await redis.stop();
    expect(redis.isRunning()).toBe(false);
    expect(await portIsFree(port)).toBe(true);
    await redis.restart();
    expect(redis.isRunning()).toBe(true);
  });

  it('has a secret of its own', async () => {
    const secrets = [run.servers.postgres, run.servers.rabbitmq, run.servers.redis].map(
      ({ address }) => new URL(address.url).password,
    );
    secrets.push(run.servers.s3.address.secretAccessKey);
    expect(new Set(secrets).size).toBe(4);
    for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(24);
  });
});
