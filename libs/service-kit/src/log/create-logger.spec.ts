import { fault } from '@windlass/faults';
import { describe, expect, it } from 'vitest';
import { createLogger, type Logger, type LoggerOptions } from './create-logger.js';
import { NestLogger } from './nest-logger.js';

function logInto(options: Partial<LoggerOptions> = {}): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({
    service: 'core-api',
    level: 'debug',
    format: 'json',
    machine: 'node-7',
    destination,
    ...options,
  });
  return { logger, lines };
}
const parsed = (lines: string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a log line', () => {
  it('names service, machine, operation, request and job', () => {
    const { logger, lines } = logInto();
    logger.child({ requestId: 'r-1' }).info({ operation: 'submit', jobId: 'j-1' }, 'accepted');
    expect(parsed(lines)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'core-api',
        machine: 'node-7',
        requestId: 'r-1',
        operation: 'submit',
        jobId: 'j-1',
        message: 'accepted',
      },
    ]);
  });

  it('is left out below the level', () => {
    const { logger, lines } = logInto({ level: 'warn' });
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.warn({}, 'c');
    logger.error({}, 'd');
    expect(parsed(lines).map((line) => line.message)).toEqual(['c', 'd']);
  });

  it('in logfmt is one line of pairs, whatever the values hold', () => {
    const { logger, lines } = logInto({ format: 'logfmt' });
    logger.info(
      { operation: 'submit', nested: { count: 2 }, text: 'two\nlines="x"', 'a b=c': 1, empty: '' },
      'all good',
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^level=info time=\S+ service=core-api machine=node-7 operation=submit /);
    expect(lines[0]).toContain(' nested.count=2 text="two\\nlines=\\"x\\"" a_b_c=1 empty="" message="all good"\n');
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  });

  it('holds an error with its cause, as data', () => {
    const { logger, lines } = logInto();
    logger.error({ error: fault('store.unavailable', { cause: new Error('connection refused') }) }, 'no luck');
    expect(parsed(lines)[0]?.error).toMatchObject({
      type: 'Fault',
      code: 'store.unavailable',
      stack: expect.stringContaining('create-logger.spec'),
      cause: { type: 'Error', message: 'connection refused' },
    });
  });

  it('of what points at itself, is very deep or very long is bounded', () => {
    const { logger, lines } = logInto();
    const circle: Record<string, unknown> = {
      text: 'x'.repeat(100_000),
      list: Array.from({ length: 10_000 }, (_, i) => i),
    };
    circle.self = circle;
    logger.info({ circle, body: Buffer.alloc(5_000) }, 'bounded');
    expect(lines[0]?.length).toBeLessThan(100_000);
    expect(parsed(lines)[0]).toMatchObject({ body: '[5000 bytes]' });
  });
});

describe('a secret in a log', () => {
  const SECRET = 'hunter2-Zr1Vt0mKc5';
  const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

  it.each<[string, object, string]>([
    ['a header', { headers: { authorization: `Bearer ${SECRET}`, 'X-Api-Key': SECRET, cookie: `s=${SECRET}` } }, 'm'],
    [
      'a field with a telling name',
      { config: { jwtSecret: SECRET, dbPassword: SECRET, s3SecretAccessKey: SECRET } },
      'm',
    ],
    ['tokens in a list of objects', { items: [{ token: SECRET }, { refreshToken: SECRET }] }, 'm'],
    ['a whole object under a telling name', { credentials: { user: 'a', value: SECRET } }, 'm'],
    ['a URL in a field', { url: `amqp://windlass:${SECRET}@broker:5672/` }, 'm'],
    ['a URL with an @ in its password', { url: `postgres://u:p@${SECRET}@db/x` }, 'm'],
    ['a URL object', { url: new URL(`https://u:${SECRET}@host/p`) }, 'm'],
    ['a URL in the message', {}, `cannot reach postgres://u:${SECRET}@db:5432/windlass now`],
    ['a bearer token in the message', {}, `refused Authorization: Bearer ${SECRET}`],
    ['a signed URL', { url: `https://s3/x?X-Amz-Signature=${SECRET}&X-Amz-Credential=${SECRET}` }, 'm'],
    ['a query', { path: `/v1/events?access_token=${SECRET}&x=1` }, 'm'],
    ['the message of an error', { error: new Error(`connect amqp://u:${SECRET}@h`) }, 'm'],
    ['the cause of an error', { error: new Error('outer', { cause: new Error(`amqp://u:${SECRET}@h`) }) }, 'm'],
    ['an error with fields', { error: Object.assign(new Error('x'), { config: { password: SECRET } }) }, 'm'],
  ])('%s never appears', (_where, fields, message) => {
    for (const format of ['json', 'logfmt'] as const) {
      const { logger, lines } = logInto({ format });
      logger.info(fields, message);
      logger.child(fields).info({}, message);
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        expect(line).not.toContain(SECRET);
        expect(line).toContain('[redacted]');
      }
    }
  });

  it('as a bare JWT never appears', () => {
    const { logger, lines } = logInto();
    logger.info({ note: `got ${JWT}` }, JWT);
    expect(lines[0]).not.toContain('eyJ');
  });

  it('is not seen where there is none', () => {
    const { logger, lines } = logInto();
    logger.info(
      { url: 'https://host/path?x=1', hasToken: true, tokens: 3, email: 'a@b.example', jobKey: 'k' },
      'at http://h:1/p@2',
    );
    expect(parsed(lines)[0]).toMatchObject({
      url: 'https://host/path?x=1',
      hasToken: true,
      tokens: 3,
      email: 'a@b.example',
      jobKey: 'k',
      message: 'at http://h:1/p@2',
    });
  });
});

describe("Nest's lines", () => {
  it('are details unless they are warnings or errors', () => {
    const { logger, lines } = logInto();
    const nest = new NestLogger(logger);
    nest.log('module loaded', 'InstanceLoader');
    nest.warn('careful', 'Router');
    nest.error('broken', 'the stack', 'Router');
    nest.error(new Error('thrown'));
    expect(parsed(lines)).toMatchObject([
      { level: 'debug', message: 'module loaded', context: 'InstanceLoader' },
      { level: 'warn', message: 'careful', context: 'Router' },
      { level: 'error', message: 'broken', context: 'Router', details: ['the stack'] },
      { level: 'error', message: 'thrown', error: { type: 'Error' } },
    ]);
  });
});
