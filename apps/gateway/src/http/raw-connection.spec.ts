import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway({ env: { MAX_FILE_BYTES: '1000' } });
});
afterAll(() => test.stop());

describe('what only a raw connection can send', () => {
  it('answers bad HTTP plainly', async () => {
    const text = await raw('NONSENSE\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"http.request-malformed"');
  });

  it('refuses an oversize chunked body without reading on', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const token = `Bearer ${await sign({})}`;
    const text = await raw(
      `POST /v1/jobs HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(20)}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('http.body-too-large');
  });

  it('refuses a chunked file as soon as it is too large, and the connection lives to say so', async () => {
    const token = `Bearer ${await sign({})}`;
    const chunk = `400\r\n${'a'.repeat(0x400)}\r\n`;
    const text = await raw(
      `POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('files.too-large');
  });

  it.each([
    ['none', '', 'auth.token-missing'],
    ['a forged one', 'authorization: Bearer a.b.c\r\n', 'auth.token-invalid'],
    ['an unknown API key', `authorization: Bearer wlk_${'a'.repeat(43)}\r\n`, 'auth.token-invalid'],
  ])('refuses a large body by its token before it has arrived: %s', async (_name, header, code) => {
    const text = await raw(
      `POST /v1/jobs/batch HTTP/1.1\r\nhost: x\r\n${header}content-type: application/json\r\ncontent-length: 4194304\r\n\r\n{`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).toContain(`"code":"${code}"`);
  });

  it('refuses two conflicting lengths', async () => {
    const text = await raw(
      'POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('refuses headers that are too long', async () => {
    const text = await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(text).toContain('"code":"http.headers-too-large"');
  });

  it('refuses a request without Host by a problem', async () => {
    const text = await raw('GET /v1/jobs HTTP/1.1\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('Send a Host header.');
  });

  it('answers an expectation that it does not know as if there were none', async () => {
    const text = await raw('GET /v1/jobs HTTP/1.1\r\nhost: x\r\nexpect: 200-ok\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).toContain('"code":"auth.token-missing"');
  });

  it.each([
    ['bad HTTP', 'NONSENSE\r\n\r\n'],
    ['headers that are too long', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a broken path', 'GET /v1/jobs/%zz HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['an endless id', `GET /v1/jobs/${'a'.repeat(5_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    ['no Host', 'GET /v1/jobs HTTP/1.1\r\n\r\n'],
  ])('every refusal has a request id: %s', async (_name, request) => {
    expect(await raw(request)).toMatch(/\r\nx-request-id: [\w-]{36}\r\n/i);
  });
});

describe('senders that never finish', () => {
  it('are answered 408 and cut off', async () => {
    const slow = await startGateway({ env: { REQUEST_TIMEOUT_MS: '200' } });
    try {
      const text = await rawTo(
        slow.url,
        'POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"ty',
      );
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(text).toContain('http.request-timeout');
    } finally {
      await slow.stop();
    }
  });
});

function raw(request: string): Promise<string> {
  return rawTo(test.url, request);
}

/** Sends text as it is and resolves with the first answer's head and body. */
function rawTo(url: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(10_000, () => reject(new Error(`no answer, got: ${answer}`)));
    socket.on('data', (data) => {
      answer += data.toString();
      if (/\r\n\r\n.*\}$/s.test(answer)) done();
    });
    socket.on('close', done);
    socket.on('error', (error) => (answer ? done() : reject(error)));
  });
}
