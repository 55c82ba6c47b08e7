import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsInt, IsNotEmpty, IsOptional, Matches, Max, Min, ValidateIf } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigFault } from './config-fault.js';
import { describeConfig } from './describe-config.js';
import { Env } from './env.decorator.js';
import { loadConfig } from './load-config.js';
import { ServiceConfig } from './service.config.js';
import { strongSecret } from './strong-secret.js';

const GOOD_SECRET = 'q8Zr1Vt0mKc5Yx7LbN3wHd9SfGj2PaEu';

class Sample extends ServiceConfig {
  @Env('PORT', { description: 'Port to listen on.', default: 3000 })
  @IsInt()
  @Min(1)
  @Max(65_535)
  port: number;

  @Env('BROKER_URL', { description: 'The broker.', example: 'amqp://broker' })
  @Matches(/^amqps?:\/\//, { message: 'must be an amqp:// URL' })
  brokerUrl: string;

  @Env('SIGNING_SECRET', { description: 'Signs tokens.', secret: true })
  @strongSecret()
  signingSecret: string;

  @Env('KEY_URL', { description: 'Or keys from here.' })
  @IsOptional()
  @IsNotEmpty()
  keyUrl?: string;

  @Env('TYPES', { description: 'Job types.', default: 'hash, http.*' })
  types: string[];

  @Env('STRICT', { description: 'Refuses what it does not know.', default: true })
  strict: boolean;

  @Env('BUCKET', { description: 'Bucket, when strict is off.' })
  @ValidateIf((config: Sample) => config.strict === false)
  @IsNotEmpty()
  bucket?: string;

  @Env('PIN', { description: 'Six digits.', default: '000000', secret: true })
  @Matches(/^\d{6}$/, { message: 'no six digits: $value' })
  pin: string;
}

const complete = { BROKER_URL: 'amqp://broker', SIGNING_SECRET: GOOD_SECRET };

function faultsOf(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(Sample, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigFault);
    return (error as ConfigFault).message;
  }
  throw new Error('no fault was found');
}

describe('a configuration', () => {
  it('has the declared defaults, its parent class included', () => {
    expect({ ...loadConfig(Sample, complete) }).toEqual({
      logLevel: 'info',
      logFormat: 'json',
      machine: hostname(),
      shutdownTimeoutMs: 30_000,
      port: 3000,
      brokerUrl: 'amqp://broker',
      signingSecret: GOOD_SECRET,
      types: ['hash', 'http.*'],
      strict: true,
      pin: '000000',
    });
  });

  it('converts each value by the type of its field', () => {
    const config = loadConfig(Sample, {
      ...complete,
      PORT: '8080',
      TYPES: ' a ,b,, ',
      STRICT: '0',
      BUCKET: 'files',
      MACHINE: 'node-7',
    });
    expect(config).toMatchObject({ port: 8080, types: ['a', 'b'], strict: false, bucket: 'files', machine: 'node-7' });
  });

  it('takes an empty variable as unset', () => {
    expect(loadConfig(Sample, { ...complete, PORT: '', KEY_URL: '' })).toMatchObject({ port: 3000 });
    expect(faultsOf({ ...complete, BROKER_URL: '' })).toContain('BROKER_URL: is not set');
  });

  it('tells all faults at once, one line each, with what to do', () => {
    const text = faultsOf({ PORT: 'eighty', LOG_LEVEL: 'loud', STRICT: 'maybe', SHUTDOWN_TIMEOUT_MS: '1' });
    const lines = text.split('\n');
    expect(lines[0]).toBe('6 configuration faults:');
    expect(lines.slice(1).map((line) => line.trim())).toEqual([
      expect.stringMatching(/^LOG_LEVEL: must be one of the following values: debug, info, warn, error$/),
      expect.stringMatching(/^SHUTDOWN_TIMEOUT_MS: must not be less than 100$/),
      'PORT: "eighty" is not a number',
      'BROKER_URL: is not set; set it. The broker. Example: amqp://broker',
      'SIGNING_SECRET: is not set; set it or SIGNING_SECRET_FILE. Signs tokens.',
      'STRICT: "maybe" is neither true nor false',
    ]);
  });

  it('requires a conditional field only under its condition', () => {
    expect(loadConfig(Sample, complete).bucket).toBeUndefined();
    expect(faultsOf({ ...complete, STRICT: 'false' })).toContain(
      'BUCKET: is not set; set it. Bucket, when strict is off.',
    );
  });

  it('names a bad secret but never prints it, not even where a message asks for the value', () => {
    const bad = { SIGNING_SECRET: 'hunter2-hunter2', PIN: 'hunter3' };
    const text = faultsOf({ ...complete, ...bad });
    expect(text).toContain('SIGNING_SECRET: is too short');
    expect(text).toContain('PIN: is not valid');
    expect(text).not.toContain('hunter');
  });

  it('masks credentials of a value that it quotes', () => {
    const text = faultsOf({ ...complete, PORT: 'amqp://user:hunter2@broker' });
    expect(text).toContain('PORT: "amqp://[redacted]@broker" is not a number');
  });
});

describe('a secret from a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'service-kit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const without = { BROKER_URL: 'amqp://broker' };

  it('is read without its last newline', () => {
    const path = file('good', `${GOOD_SECRET}\n`);
    expect(loadConfig(Sample, { ...without, SIGNING_SECRET_FILE: path }).signingSecret).toBe(GOOD_SECRET);
  });

  it('is refused when the file is missing, empty, a folder or too large', () => {
    const refusalOf = (path: string) => faultsOf({ ...without, SIGNING_SECRET_FILE: path });
    expect(refusalOf(join(folder, 'missing'))).toContain('SIGNING_SECRET: the file');
    expect(refusalOf(join(folder, 'missing'))).toContain('cannot be read (ENOENT)');
    expect(refusalOf(file('empty', '\n'))).toContain('is empty');
    expect(refusalOf(folder)).toContain('is not a regular file');
    expect(refusalOf(file('large', 'x'.repeat(70_000)))).toContain('is larger than');
  });

  it('is refused beside the variable itself, as nobody could tell which one holds', () => {
    const env = { ...complete, SIGNING_SECRET_FILE: file('other', 'another-value') };
    expect(faultsOf(env)).toContain('SIGNING_SECRET: is set, and SIGNING_SECRET_FILE as well');
    expect(faultsOf(env)).not.toContain('another-value');
  });

  it('is checked like one from the variable', () => {
    const text = faultsOf({ ...without, SIGNING_SECRET_FILE: file('weak', 'changeme') });
    expect(text).toContain('SIGNING_SECRET: is too short');
    expect(text).not.toContain('changeme');
  });

  it('is not looked for when the variable is no secret', () => {
    expect(loadConfig(Sample, { ...complete, PORT_FILE: join(folder, 'missing') }).port).toBe(3000);
  });
});

describe('describeConfig', () => {
  it('lists every variable with what the documentation needs', () => {
    const entries = describeConfig(Sample);
    expect(entries.map((entry) => entry.name)).toEqual([
      'LOG_LEVEL',
      'LOG_FORMAT',
      'MACHINE',
      'SHUTDOWN_TIMEOUT_MS',
      'PORT',
      'BROKER_URL',
      'SIGNING_SECRET',
      'KEY_URL',
      'TYPES',
      'STRICT',
      'BUCKET',
      'PIN',
    ]);
    const entryOf = (name: string) => entries.find((entry) => entry.name === name);
    expect(entryOf('SHUTDOWN_TIMEOUT_MS')).toMatchObject({
      property: 'shutdownTimeoutMs',
      default: 30_000,
      unit: 'ms',
      kind: 'number',
    });
    expect(entryOf('SIGNING_SECRET')).toMatchObject({
      secret: true,
      required: true,
      kind: 'string',
      default: undefined,
    });
    expect(entryOf('BROKER_URL')).toMatchObject({ required: true, example: 'amqp://broker', secret: false });
    expect(entryOf('KEY_URL')).toMatchObject({ required: false });
    expect(entryOf('TYPES')).toMatchObject({ kind: 'list', required: false, default: 'hash, http.*' });
    expect(entryOf('STRICT')).toMatchObject({ kind: 'boolean', default: true });
  });

  it('does not hold the name of the machine that asks', () => {
    expect(describeConfig(ServiceConfig).find((entry) => entry.name === 'MACHINE')).toMatchObject({
      default: undefined,
      required: false,
    });
  });
});
