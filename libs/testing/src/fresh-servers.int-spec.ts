import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshBucket, freshBucket } from './fresh-bucket.js';
import { freshDatabase } from './fresh-database.js';
import { freshVhost } from './fresh-vhost.js';
import { evalOnRabbit } from './index.js';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('freshDatabase', () => {
  it('gives each caller an empty database of its own, and nothing stays after drop', async () => {
    const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
    await ask(one.url, 'create table only_here (id int)');
    const tables = "select 1 from pg_tables where tablename = 'only_here'";
    expect(await ask(one.url, tables)).toHaveLength(1);
    expect(await ask(two.url, tables)).toHaveLength(0);
    await one.drop();
    expect(await ask(two.url, `select 1 from pg_database where datname = '${one.name}'`)).toHaveLength(0);
    await two.drop();
  });

  it('runs on a server that keeps what it has committed: fsync is on', async () => {
    const database = await freshDatabase();
    expect(await ask(database.url, 'show fsync')).toEqual([['on']]);
    expect(await ask(database.url, 'show max_connections')).toEqual([['200']]);
    await database.drop();
  });
});

describe('freshVhost', () => {
  it('exists with full permissions until it is dropped', async () => {
    const vhost = await freshVhost();
    const exists = `rabbit_vhost:exists(<<"${vhost.name}">>)`;
    expect(await evalOnRabbit(vhost.broker, exists)).toBe('true');
    expect(new URL(vhost.url).pathname).toBe(`/${vhost.name}`);
    await vhost.drop();
    expect(await evalOnRabbit(vhost.broker, exists)).toBe('false');
  });
});

describe('freshBucket', () => {
  let bucket: FreshBucket;
  const clientWith = (secretAccessKey: string) =>
    new S3Client({
      endpoint: bucket.endpoint,
      region: bucket.region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: bucket.accessKeyId, secretAccessKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });

  beforeAll(async () => {
    bucket = await freshBucket();
  });
  afterAll(() => bucket.drop());

  it('stores and returns an object', async () => {
    const client = clientWith(bucket.secretAccessKey);
    await client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: 'a/b', Body: 'hello' }));
    const object = await client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: 'a/b' }));
    expect(await object.Body?.transformToString()).toBe('hello');
  });

  it('refuses a wrong secret', async () => {
    const refused = clientWith('not-the-secret').send(new ListBucketsCommand({}));
    await expect(refused).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});
