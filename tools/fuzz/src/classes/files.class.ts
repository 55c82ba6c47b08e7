import type { FuzzRequest } from '../http/send-request.js';
import { judgeAnswer } from '../judges/judge-answer.js';
import type { Platform } from '../platform/platform.js';
import { proveHealth } from '../platform/prove-health.js';
import { sowObjects, uploadFile } from '../platform/sow-objects.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import { fuzzCadFiles } from './cad-files.js';
import type { FuzzClass } from './fuzz-class.js';
import { fuzzPresigned } from './presigned.js';

/** Names, contents and direct uploads on both storages; damaged models through the real handler. */
export const fuzzFiles: FuzzClass = async (ground, tally) => {
  const { platform: deployed } = await ground.deployment();
  for (const platform of [await ground.platform(), deployed]) {
    await fuzzUploads(platform, tally);
    await fuzzContents(platform, tally);
  }
  await fuzzPresigned(deployed, tally);
  await fuzzCadFiles(await ground.platform(), tally, { seed: ground.seed, cases: ground.cases });
  await tally.run('a job after all of them', async () => proveHealth(await ground.platform()));
};

interface UploadCase {
  name: string;
  headers: Record<string, string>;
  body?: string;
  expect: number[];
}

const NAMES = [
  '../../../etc/passwd',
  '..\\..\\boot.ini',
  '/etc/passwd',
  'C:\\x',
  '.',
  '..',
  'a\u0000.step',
  'a\r\nx: y',
  'con',
  'a'.repeat(256),
  '\u202egpj.exe',
  ' ',
  '~',
  '$(id)',
  'a;b',
  '%2e%2e%2f',
];
const form = (body: string) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=B' },
  body: body.replaceAll('\n', '\r\n'),
});
const part = (filename: string, more = '') =>
  `--B\nContent-Disposition: form-data; name="f"; filename="${filename}"\n${more}\nabc\n`;
const plain = { 'content-type': 'application/octet-stream' };

const UPLOADS: readonly UploadCase[] = [
  ...NAMES.map((name) => ({
    name: `X-File-Name ${JSON.stringify(name)}`,
    headers: { ...plain, 'x-file-name': encodeURIComponent(name) },
    expect: [201, 400],
  })),
  ...NAMES.filter((name) => !/[\r\n]/.test(name)).map((name) => ({
    name: `a form's file ${JSON.stringify(name)}`,
    ...form(`${part(name)}--B--\n`),
    expect: [201, 400],
  })),
  ...['%zz', '%', '%ff', "utf-8''x"].map((name) => ({
    name: `X-File-Name as ${name}`,
    headers: { ...plain, 'x-file-name': name },
    expect: [201, 400],
  })),
  { name: 'a wrong checksum', headers: { ...plain, 'x-content-sha256': '0'.repeat(64) }, expect: [422] },
  ...['', 'abc', 'g'.repeat(64), '0'.repeat(63), '0'.repeat(65)].map((sum) => ({
    name: `the checksum "${sum}"`,
    headers: { ...plain, 'x-content-sha256': sum },
    expect: [201, 400],
  })),
  { name: 'a form without an end', ...form(part('a').slice(0, -2)), expect: [400] },
  {
    name: 'a form without a file',
    ...form('--B\nContent-Disposition: form-data; name="a"\n\n1\n--B--\n'),
    expect: [400],
  },
  { name: 'a form with two files', ...form(`${part('a')}${part('b')}--B--\n`), expect: [400] },
  {
    name: 'a thousand fields before the file',
    ...form(`${'--B\nContent-Disposition: form-data; name="x"\n\n1\n'.repeat(1_000)}${part('a')}--B--\n`),
    expect: [201, 400, 413],
  },
  {
    name: 'a field of __proto__',
    ...form(`--B\nContent-Disposition: form-data; name="__proto__"\n\n1\n${part('a')}--B--\n`),
    expect: [201, 400],
  },
  {
    name: 'a part with 100 kB of headers',
    ...form(`${part('a', `x: ${'a'.repeat(100_000)}\n`)}--B--\n`),
    expect: [201, 400, 413],
  },
  {
    name: 'a form within a form',
    ...form(`${part('a', 'Content-Type: multipart/mixed; boundary=C\n')}--B--\n`),
    expect: [201, 400],
  },
  { name: 'no boundary', headers: { 'content-type': 'multipart/form-data' }, body: 'x', expect: [400] },
  {
    name: 'an endless boundary',
    headers: { 'content-type': `multipart/form-data; boundary=${'B'.repeat(5_000)}` },
    body: 'x',
    expect: [400],
  },
  ...['nonsense', 'a/b/c', 'text/html\u00e9', '*/*', `text/${'a'.repeat(300)}`].map((type) => ({
    name: `the type ${type.slice(0, 20)}`,
    headers: { 'content-type': type },
    expect: [201, 400, 415],
  })),
  { name: 'a compressed file', headers: { ...plain, 'content-encoding': 'gzip' }, expect: [201, 415] },
];

async function fuzzUploads(platform: Platform, tally: Tally): Promise<void> {
  await runBounded(UPLOADS, ({ name, headers, body = 'abc', expect }) =>
    tally.run(`an upload with ${name}`, async () => {
      const request: FuzzRequest = { method: 'POST', path: '/v1/files', headers, body };
      const answer = await platform.send(request);
      const faults = judgeAnswer(request, answer);
      if (!expect.includes(answer.status)) faults.push(`status ${answer.status}, not ${expect.join(' or ')}`);
      if (answer.status === 201) faults.push(...(await judgeStored(platform, answer.text, body)));
      return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
    }),
  );
}

/** A stored file has a name without a path, and comes back as what was sent, as nothing that a browser would run. */
async function judgeStored(platform: Platform, text: string, body: string): Promise<string[]> {
  const { id, name } = JSON.parse(text) as { id: string; name: string };
  const { status, headers, text: content } = await platform.send({ method: 'GET', path: `/v1/files/${id}/content` });
  return [
    ...(/[\\/]|\p{Cc}/u.test(name) || name === '..' ? [`its name is ${JSON.stringify(name)}`] : []),
    ...(status === 200 && body.includes(content) && content !== ''
      ? []
      : [`its content: ${status} ${content.slice(0, 100)}`]),
    ...judgeHarmless(headers),
  ];
}

function judgeHarmless(headers: Record<string, string>): string[] {
  return [
    ...(headers['content-disposition']?.startsWith('attachment') ? [] : ['it would be shown, not saved']),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['its type would be guessed']),
  ];
}

/** Files that are two things at once, and paths beside artifacts. */
async function fuzzContents(platform: Platform, tally: Tally): Promise<void> {
  const polyglots: [string, string][] = [
    ['text/html', '<script>alert(1)</script>'],
    ['image/svg+xml', '<svg onload="alert(1)"/>'],
    ['image/gif', 'GIF89a/*<script>*/=1;alert(1)//'],
    ['application/pdf', '%PDF-1.4 <script>alert(1)</script>'],
    ['application/javascript', 'alert(1)'],
    ['text/html; charset=utf-7', '+ADw-script+AD4-'],
  ];
  for (const [type, body] of polyglots) {
    await tally.run(`a file that is ${type} and something else`, async () => {
      const answer = await platform.send({
        method: 'POST',
        path: '/v1/files',
        headers: { 'content-type': type },
        body,
      });
      return answer.status === 201 ? judgeStored(platform, answer.text, body) : [`answers ${answer.status}`];
    });
  }
  const token = await platform.tokenFor({ tenant: 'files' });
  const { converted } = await sowObjects(platform, token);
  const paths = [
    '..%2f..%2fetc%2fpasswd',
    '../../../../etc/passwd',
    '%2e%2e/%2e%2e/x',
    '..\\..\\x',
    '%00',
    '/etc/passwd',
    '//x',
    'a%0d%0ab',
    '.',
    '..',
    '%252e%252e%252f',
    'x'.repeat(2_000),
  ];
  await runBounded(paths, (path) =>
    tally.run(`the artifact ${path.slice(0, 30)}`, async () => {
      const request = {
        method: 'GET',
        path: `/v1/jobs/${converted}/artifacts/${path}`,
        headers: { authorization: `Bearer ${token}` },
      };
      const answer = await platform.send(request);
      const faults = judgeAnswer(request, answer);
      if (answer.status !== 404 && answer.status !== 400) faults.push(`answers ${answer.status}`);
      return faults;
    }),
  );
  const id = await uploadFile(platform, Buffer.from('0123456789'), token);
  for (const range of [
    'bytes=0-0',
    'bytes=5-',
    'bytes=-1',
    'bytes=9-1',
    'bytes=100-',
    'bytes=0-0,2-2',
    'lines=1',
    `bytes=${'0-0,'.repeat(500)}1-1`,
  ])
    await tally.run(`the range ${range.slice(0, 30)}`, async () => {
      const request = {
        method: 'GET',
        path: `/v1/files/${id}/content`,
        headers: { authorization: `Bearer ${token}`, range },
      };
      const answer = await platform.send(request);
      return [200, 206, 416].includes(answer.status) ? judgeAnswer(request, answer) : [`answers ${answer.status}`];
    });
}
