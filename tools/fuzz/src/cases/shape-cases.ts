import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

/** Something that the platform must answer by one of these. */
export interface ShapeCase {
  name: string;
  /** All bytes of the request. */
  bytes: Buffer;
  /** Statuses that are right; `closed`: the connection may also be closed without an answer. */
  expect: readonly (number | 'closed')[];
  /** Fault code of a refusal, where one alone is right. */
  code?: string;
}

const MIB = 1_048_576;

/** Requests that are spoilt in their size, their shape or their bytes, for a platform that admits `authorization`. */
export function shapeCases(authorization: string): ShapeCase[] {
  const sheet = new CaseSheet(authorization);
  addSizes(sheet);
  addDepths(sheet);
  addTypes(sheet);
  addBrokenJson(sheet);
  addFraming(sheet);
  addHeads(sheet);
  addRequestLines(sheet);
  return sheet.cases;
}

const UNREAD = 'http.content-type-unsupported';
const BAD = 'http.request-malformed';
const CHUNKED = 'transfer-encoding: chunked\r\n';

class CaseSheet {
  readonly cases: ShapeCase[] = [];
  constructor(private readonly authorization: string) {}

  add(name: string, bytes: string | Buffer, expect: ShapeCase['expect'], code?: string): void {
    this.cases.push({ name, bytes: Buffer.from(bytes), expect, ...(code === undefined ? {} : { code }) });
  }

  /** A job as this body. */
  json(name: string, body: string | Buffer, expect: ShapeCase['expect'], code?: string): void {
    this.add(name, this.post('/v1/jobs', body), expect, code);
  }

  /** `more`: further header lines. One of the length or the coding there takes the place of the honest one. */
  post(path: string, body: string | Buffer, more = '', type = 'application/json'): Buffer {
    const isFramed = /^(content-length|transfer-encoding):/im.test(more);
    const lines = [
      `POST ${path} HTTP/1.1`,
      'host: x',
      ...(this.authorization === '' ? [] : [`authorization: ${this.authorization}`]),
      ...(type === '' ? [] : [`content-type: ${type}`]),
      ...(isFramed ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n${more}\r\n`), Buffer.from(body)]);
  }
}

const get = (line: string, more = 'host: x\r\n') => `${line}\r\n${more}\r\n`;
const job = (payload: string) => `{"type":"hash","delay":"30d","payload":${payload}}`;
const jobOf = (bytes: number) => job(`"${'a'.repeat(bytes - job('""').length)}"`);

function batchOf(bytes: number): string {
  const [head, tail] = ['{"jobs":[', ']}'];
  return `${head}${jobOf(bytes - head.length - tail.length)}${tail}`;
}

function addSizes(sheet: CaseSheet): void {
  sheet.json('a body of one byte less than the limit', jobOf(MIB - 1), [202]);
  sheet.json('a body at the limit', jobOf(MIB), [202]);
  sheet.json('a body of one byte more', jobOf(MIB + 1), [413], 'http.body-too-large');
  sheet.add('a batch at its limit', sheet.post('/v1/jobs/batch', batchOf(4 * MIB)), [202]);
  sheet.add(
    'a batch of one byte more',
    sheet.post('/v1/jobs/batch', batchOf(4 * MIB + 1)),
    [413],
    'http.body-too-large',
  );
  sheet.add(
    'a length beyond the limit, announced',
    sheet.post('/v1/jobs', '{', 'content-length: 99999999999\r\n'),
    [413],
  );
  const chunks = `10000\r\n${'a'.repeat(0x10000)}\r\n`.repeat(20);
  sheet.add('chunks beyond the limit', sheet.post('/v1/jobs', chunks, CHUNKED), [413]);
}

function addDepths(sheet: CaseSheet): void {
  for (const depth of [98, 99]) sheet.json(`a payload ${depth} deep`, job(nested(depth)), [202]);
  for (const depth of [100, 10_000, 100_000])
    sheet.json(`a payload ${depth} deep`, job(nested(depth)), [400], 'http.body-too-deep');
  sheet.json(
    'objects 10,000 deep',
    job(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    [400],
    'http.body-too-deep',
  );
  sheet.json('a list 10,000 deep as the body', nested(10_000), [400], 'http.body-too-deep');
  sheet.add(
    'a batch 10,000 deep',
    sheet.post('/v1/jobs/batch', `{"jobs":[${job(nested(10_000))}]}`),
    [400],
    'http.body-too-deep',
  );
  const keys = (count: number) => Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',');
  sheet.json('a million keys', `{${keys(1_000_000)}}`, [413], 'http.body-too-large');
  sheet.json('90,000 keys', `{${keys(90_000)}}`, [400], 'http.fields-invalid');
  sheet.json('90,000 keys in the payload', job(`{${keys(90_000)}}`), [202]);
  sheet.json('the same key 200,000 times', `{${'"a":1,'.repeat(170_000)}"a":1}`, [400], 'http.fields-invalid');
  sheet.add('300,000 keys in a batch', sheet.post('/v1/jobs/batch', `{${keys(300_000)}}`), [400]);
}

function addTypes(sheet: CaseSheet): void {
  const bomb = Buffer.from(job(`"${'a'.repeat(100 * MIB)}"`));
  sheet.add('a gzip bomb', sheet.post('/v1/jobs', gzipSync(bomb), 'content-encoding: gzip\r\n'), [415], UNREAD);
  sheet.add('deflate', sheet.post('/v1/jobs', deflateSync(job('1')), 'content-encoding: deflate\r\n'), [415], UNREAD);
  sheet.add('brotli', sheet.post('/v1/jobs', brotliCompressSync(job('1')), 'content-encoding: br\r\n'), [415], UNREAD);
  sheet.add('an unknown encoding', sheet.post('/v1/jobs', job('1'), 'content-encoding: x, gzip\r\n'), [415], UNREAD);
  sheet.add('identity', sheet.post('/v1/jobs', job('1'), 'content-encoding: identity\r\n'), [202]);
  sheet.add(
    'gzip within the transfer',
    sheet.post('/v1/jobs', gzipSync(job('1')), 'transfer-encoding: gzip, chunked\r\n'),
    [400, 415],
  );

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/xml',
    'garbage',
    'multipart/form-data; boundary=x',
    'text/json, application/json',
  ])
    sheet.add(`${type}`, sheet.post('/v1/jobs', job('1'), '', type), [415], UNREAD);
  sheet.add('no content type', sheet.post('/v1/jobs', job('1'), '', ''), [400, 415]);
  sheet.add('two content types', sheet.post('/v1/jobs', job('1'), 'content-type: text/plain\r\n'), [202, 400, 415]);
}

function addBrokenJson(sheet: CaseSheet): void {
  const malformed = 'http.body-malformed';
  const broken: [string, string | Buffer][] = [
    ['cut short', '{"type":"hash","payl'],
    ['two documents', `${job('1')}${job('2')}`],
    ['rubbish behind it', `${job('1')} x`],
    ['comments', '{"type":"hash",/* x */"payload":1}'],
    ['a comma too many', '{"type":"hash","payload":1,}'],
    ['single quotes', "{'type':'hash','payload':1}"],
    ['NaN', job('NaN')],
    ['a number that begins with zero', job('01')],
    ['a line break within a text', job('"a\nb"')],
    ['NUL within', job('"a\u0000b"')],
    ['white space alone', '   \r\n'],
    ['a byte order mark', `\ufeff${job('1')}`],
    ['UTF-16', Buffer.from(job('1'), 'utf16le')],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    ],
    ['overlong UTF-8', Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    [
      'a surrogate in UTF-8',
      Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
  ];
  for (const [name, body] of broken) sheet.json(`JSON: ${name}`, body, [400], malformed);
}

function addFraming(sheet: CaseSheet): void {
  const lengths = ['-1', '+5', '5, 5', '1e1', '0x5', '5 5', '', '18446744073709551617'];
  for (const length of lengths)
    sheet.add(
      `Content-Length "${length}"`,
      sheet.post('/v1/jobs', job('1'), `content-length: ${length}\r\n`),
      [400, 413, 415],
    );
  sheet.add('two lengths', sheet.post('/v1/jobs', job('1'), 'content-length: 5\r\ncontent-length: 6\r\n'), [400], BAD);
  sheet.add(
    'a length and chunks',
    sheet.post('/v1/jobs', '0\r\n\r\n', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'),
    [400],
    BAD,
  );
  for (const coding of ['xchunked', 'chunked, chunked', 'chunked, identity', '\x0bchunked', 'identity'])
    sheet.add(
      `Transfer-Encoding "${coding}"`,
      sheet.post('/v1/jobs', '0\r\n\r\n', `transfer-encoding: ${coding}\r\n`),
      [400, 415],
    );
  for (const chunk of ['-1\r\n', 'xyz\r\n', '5;a=b\r\nabc', `${'f'.repeat(20)}\r\n`, '5\nabcde\n', ' 5\r\nabcde\r\n'])
    sheet.add(`a chunk that begins ${JSON.stringify(chunk.slice(0, 12))}`, sheet.post('/v1/jobs', chunk, CHUNKED, ''), [
      400,
      408,
      415,
      'closed',
    ]);
  sheet.add('an endless chunk extension', sheet.post('/v1/jobs', `5;${'a'.repeat(100_000)}`, CHUNKED), [
    400,
    413,
    431,
    'closed',
  ]);
}

function addHeads(sheet: CaseSheet): void {
  sheet.add(
    'headers of 20 KiB',
    get('GET /v1/jobs HTTP/1.1', `host: x\r\nx: ${'a'.repeat(20_000)}\r\n`),
    [431],
    'http.headers-too-large',
  );
  sheet.add('an URL of 20 KiB', get(`GET /v1/jobs?x=${'a'.repeat(20_000)} HTTP/1.1`), [431], 'http.headers-too-large');
  sheet.add('3,000 headers', get('GET /v1/jobs HTTP/1.1', `host: x\r\n${'a:b\r\n'.repeat(3_000)}`), [401, 431]);
  const heads: [string, string][] = [
    ['no colon', 'host: x\r\nnonsense\r\n'],
    ['NUL', 'host: x\r\nx: a\u0000b\r\n'],
    ['a blank before the colon', 'host : x\r\n'],
    ['a folded line', 'host: x\r\nx: a\r\n b\r\n'],
    ['an empty name', 'host: x\r\n: x\r\n'],
    ['a lone CR', 'host: x\r\nx: a\rb\r\n'],
    ['no Host', ''],
    ['two Hosts', 'host: x\r\nhost: y\r\n'],
    ['a Host that is none', 'host: <script>\r\n'],
    [
      'Upgrade to h2c',
      'host: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n',
    ],
    [
      'Upgrade to a websocket',
      'host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n',
    ],
    ['an expectation', 'host: x\r\nexpect: 200-ok\r\n'],
  ];
  for (const [name, head] of heads) sheet.add(`a head with ${name}`, get('GET /v1/jobs HTTP/1.1', head), [400, 401]);
}

function addRequestLines(sheet: CaseSheet): void {
  const lines: [string, string][] = [
    ['no version', 'GET /v1/jobs'],
    ['HTTP/0.9', 'GET /v1/jobs HTTP/0.9'],
    ['HTTP/1.2', 'GET /v1/jobs HTTP/1.2'],
    ['HTTP/2', 'PRI * HTTP/2.0'],
    ['HTTP/9.9', 'GET /v1/jobs HTTP/9.9'],
    ['an unknown method', 'FOO /v1/jobs HTTP/1.1'],
    ['a method in lower case', 'get /v1/jobs HTTP/1.1'],
    ['CONNECT', 'CONNECT x:443 HTTP/1.1'],
    ['TRACE', 'TRACE /v1/jobs HTTP/1.1'],
    ['a whole URL', 'GET http://evil/v1/jobs HTTP/1.1'],
    ['a star', 'OPTIONS * HTTP/1.1'],
    ['a path without slash', 'GET v1/jobs HTTP/1.1'],
    ['a blank in the path', 'GET /v1/jo bs HTTP/1.1'],
    ['two slashes', 'GET //v1//jobs HTTP/1.1'],
    ['dots', 'GET /v1/../../etc/passwd HTTP/1.1'],
    ['a backslash', 'GET /v1\\jobs HTTP/1.1'],
    ['broken percent', 'GET /v1/jobs/%zz HTTP/1.1'],
    ['bytes beyond ASCII', 'GET /v1/jobs/\u00e9 HTTP/1.1'],
  ];
  for (const [name, line] of lines) sheet.add(`a request line with ${name}`, get(line), [400, 401, 404, 405, 'closed']);
  sheet.add('TLS', Buffer.from('16030100c8010000c40303', 'hex'), [400, 'closed']);
  sheet.add('random bytes', Buffer.from(Array.from({ length: 200 }, (_, n) => (n * 73) % 256)), [400, 'closed']);
  sheet.add('line feeds alone', 'GET /v1/jobs HTTP/1.1\nhost: x\n\n', [400, 401]);
  sheet.add('a hundred requests at once', get('GET /v1/jobs HTTP/1.1').repeat(100), [401]);
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}
