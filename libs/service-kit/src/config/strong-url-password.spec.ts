import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { ConfigFault } from './config-fault.js';
import { EngineConfig } from './engine.config.js';
import { FilesConfig } from './files.config.js';
import { loadConfig } from './load-config.js';
import { urlPasswordFault } from './strong-url-password.js';

const random = () => randomBytes(24).toString('base64url');
const good = () => ({
  DATABASE_URL: `postgresql://windlass_engine:${random()}@db:5432/windlass`,
  DATABASE_READER_URL: `postgresql://windlass_reader:${random()}@db:5432/windlass`,
  RABBITMQ_URL: `amqp://core:${random()}@mq:5672/windlass`,
});

function refusalOf(type: new () => object, env: Record<string, string>): string {
  try {
    loadConfig(type, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigFault);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

it('a random password is taken, in base64url or hexadecimal or percent-encoded base64', () => {
  expect(() => loadConfig(EngineConfig, good())).not.toThrow();
  for (let round = 0; round < 500; round += 1) {
    for (const password of [
      randomBytes(18).toString('base64url'),
      randomBytes(24).toString('hex'),
      encodeURIComponent(randomBytes(24).toString('base64')),
    ]) {
      expect(urlPasswordFault(`postgresql://windlass_engine:${password}@db/windlass`)).toBeUndefined();
    }
  }
});

const long = 'q8Zr1Vt0mKc5Yx7L';
it.each([
  ['missing, with a user', 'amqp://core@mq:5672/windlass', /no password/],
  ['missing, with nobody', 'amqp://mq:5672/windlass', /no password/],
  ['the default of the broker', 'amqp://guest:guest@mq:5672', /too short/],
  ['the one of the example file', 'postgresql://windlass_engine:PASSWORD@db.internal:5432/windlass', /too short/],
  ['short', `amqp://core:${long.slice(0, 15)}@mq`, /too short/],
  ['a placeholder', 'amqp://core:change-me-in-production@mq', /well-known placeholder/],
  ['a placeholder in disguise', 'amqp://core:P4ssw0rd4Windl4ss@mq', /well-known placeholder/],
  ['a placeholder that counts', 'amqp://core:Password-1234567@mq', /well-known placeholder/],
  ["the user's name over again", 'amqp://hannelore:hannelore-hannelore@mq', /well-known placeholder/],
  ["the host's name and a number", 'amqp://core:warehouse7-20241@warehouse7/', /well-known placeholder/],
  ['a repetition', `amqp://core:${'x7Lq'.repeat(6)}@mq`, /repeats/],
  ['overruled by a weak one among the parameters', `postgresql://e:${long}@db/w?password=secret`, /too short/],
  ['not encoded', 'amqp://core:100%sure#of/it@mq', /percent-encode/],
])('a password that is %s is refused, with what to do and without the value', (_what, url, why) => {
  const text = refusalOf(EngineConfig, { ...good(), RABBITMQ_URL: url, DATABASE_URL: url });
  for (const name of ['RABBITMQ_URL', 'DATABASE_URL']) {
    const line = text.split('\n').find((each) => each.trim().startsWith(`${name}:`)) ?? '';
    expect(line).toMatch(why);
    expect(line).toMatch(/openssl rand|percent-encode/);
  }
  const { password } = URL.canParse(url) ? new URL(url) : { password: '100%sure' };
  if (password !== '') expect(text).not.toContain(password);
});

it('the secret key of S3 is checked where S3 is used', () => {
  const s3 = { FILES_DRIVER: 's3', S3_ENDPOINT: 'http://s3:9000', S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'gateway' };
  expect(refusalOf(FilesConfig, { ...s3, S3_SECRET_ACCESS_KEY: 'minioadmin' })).toMatch(
    /S3_SECRET_ACCESS_KEY: is too short.*openssl rand/,
  );
  expect(refusalOf(FilesConfig, { ...s3, S3_SECRET_ACCESS_KEY: 'minio-admin-1-minio' })).toMatch(/placeholder/);
  expect(loadConfig(FilesConfig, { ...s3, S3_SECRET_ACCESS_KEY: random() }).filesDriver).toBe('s3');
  expect(() => loadConfig(FilesConfig, { S3_SECRET_ACCESS_KEY: 'minioadmin' })).not.toThrow();
});
