import { randomUUID } from 'node:crypto';
import type { Options } from 'amqplib';

const MIB = 1_048_576;

/** A message and whether a worker can read it. */
export interface ForgedMessage {
  name: string;
  body: Buffer;
  options?: Options.Publish;
  /** `dead`: unreadable, ends in the dead-letter queue. `claimed`: readable, and its claim finds nothing. `any`: the broker may decide. */
  ends: 'dead' | 'claimed' | 'any';
}

const text = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const envelope = (body: unknown, more: object = {}) => ({ v: 1, minReader: 1, kind: 'dispatch.jobs', body, ...more });
const nobody = () => ({ type: 'hash', ids: [randomUUID()] });

/** For a job queue: nothing of it is a job of the platform's. */
export function forgedJobs(): ForgedMessage[] {
  const dead: [string, Buffer | unknown][] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0])],
    ['random bytes', Buffer.from(Array.from({ length: 500 }, (_, n) => (n * 89) % 256))],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['text', 'hello'],
    ['null', null],
    ['a number', 1],
    ['a list', [1]],
    ['an empty object', {}],
    ['half an envelope', JSON.stringify(envelope(nobody())).slice(0, 60)],
    ['two envelopes', `${JSON.stringify(envelope(nobody()))}${JSON.stringify(envelope(nobody()))}`],
    ['an envelope without body', { v: 1, minReader: 1, kind: 'dispatch.jobs' }],
    ['an envelope without kind', { v: 1, minReader: 1, body: nobody() }],
    ['an envelope without minReader', { v: 1, kind: 'dispatch.jobs', body: nobody() }],
    ['a reader of the future', envelope(nobody(), { v: 99, minReader: 99 })],
    ['a version as text', envelope(nobody(), { minReader: '1' })],
    ['another kind', envelope(nobody(), { kind: 'claim.jobs' })],
    ['the kind __proto__', envelope(nobody(), { kind: '__proto__' })],
    ['the kind toString', envelope(nobody(), { kind: 'toString' })],
    ['a kind that is an object', envelope(nobody(), { kind: {} })],
    ['a body that is null', envelope(null)],
    ['a body that is text', envelope('x')],
    ['no type', envelope({ ids: [randomUUID()] })],
    ['another type', envelope({ type: 'conversion.cad', ids: [randomUUID()] })],
    ['a type that is a path', envelope({ type: '../hash', ids: [randomUUID()] })],
    ['no ids', envelope({ type: 'hash' })],
    ['an empty list of ids', envelope({ type: 'hash', ids: [] })],
    ['201 ids', envelope({ type: 'hash', ids: Array.from({ length: 201 }, () => randomUUID()) })],
    ['ids that are an object', envelope({ type: 'hash', ids: { length: 1, 0: randomUUID() } })],
    ['ids that are SQL', envelope({ type: 'hash', ids: ["' or 1=1 --"] })],
    ['ids with NUL', envelope({ type: 'hash', ids: ['\u0000'] })],
    ['ids in capitals', envelope({ type: 'hash', ids: [randomUUID().toUpperCase()] })],
    ['nesting 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['16 MiB of text', Buffer.alloc(16 * MIB, 'a')],
    ['16 MiB of ids', envelope({ type: 'hash', ids: ['a'.repeat(16 * MIB)] })],
    ['300,000 keys', `{${Array.from({ length: 300_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
  ];
  return [
    ...dead.map(
      ([name, body]): ForgedMessage => ({ name, body: Buffer.isBuffer(body) ? body : text(body), ends: 'dead' }),
    ),
    ...readable(),
  ];
}

/** An honest form, with what only a forger adds. */
function readable(): ForgedMessage[] {
  const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) });
  const death = { count: 1_000, reason: 'rejected', queue: 'windlass.jobs.hash', exchange: '', 'routing-keys': ['x'] };
  const headers: [string, Options.Publish][] = [
    ['a forged tenant', { headers: { 'x-tenant': 'other', tenantId: 'other' } }],
    ['headers 60 deep', { headers: deep(60) }],
    ['2,000 headers', { headers: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`h${n}`, n])) }],
    ['a header of 50 kB', { headers: { x: 'a'.repeat(50_000) } }],
    ['a forged x-death', { headers: { 'x-death': [death], 'x-first-death-reason': 'rejected' } }],
    ['an x-death that is text', { headers: { 'x-death': 'x' } }],
    ['a delivery count', { headers: { 'x-delivery-count': 1_000_000 } }],
    ['a CC header', { headers: { CC: ['windlass.dead'] } }],
    ['a reply-to', { replyTo: 'windlass.jobs.hash', correlationId: 'x' }],
    ['the highest priority', { priority: 255 }],
    ['another encoding', { contentEncoding: 'gzip', contentType: 'text/html' }],
    ['another app and type', { appId: 'core-api', type: 'claim.jobs', messageId: 'x'.repeat(255) }],
    ['a time of the future', { timestamp: 2 ** 52 }],
    ['persistence', { persistent: true }],
  ];
  const bodies: [string, unknown][] = [
    ['a forged tenant in the body', envelope({ ...nobody(), tenantId: 'other' })],
    [
      '__proto__ in the body',
      `{"v":1,"minReader":1,"kind":"dispatch.jobs","body":{"type":"hash","ids":["${randomUUID()}"],"__proto__":{"x":1}}}`,
    ],
    ['the same id 200 times', envelope({ type: 'hash', ids: Array(200).fill(randomUUID()) })],
    ['ids of nobody', envelope({ type: 'hash', ids: Array.from({ length: 200 }, () => randomUUID()) })],
  ];
  return [
    ...headers.map(
      ([name, options]): ForgedMessage => ({ name, body: text(envelope(nobody())), options, ends: 'any' }),
    ),
    ...bodies.map(([name, body]): ForgedMessage => ({ name, body: text(body), ends: 'claimed' })),
  ];
}

/** Requests for core's queues that no service of ours sends; `victim` is another tenant's job. */
export function forgedRequests(victim: string): { name: string; service: string; body: Buffer }[] {
  const attempt = { jobId: victim, run: 1, epoch: 1, token: randomUUID() };
  const ask = (kind: string, body: unknown, more: object = {}) => text({ v: 1, minReader: 1, kind, body, ...more });
  const gateway: [string, Buffer][] = [
    ['garbage', Buffer.from([1, 2, 3])],
    ['nothing', Buffer.alloc(0)],
    ['null', text(null)],
    ['an unknown kind', ask('jobs.destroy', {})],
    ['the kind constructor', ask('constructor', {})],
    ['a reader of the future', ask('read.job', { tenantId: 'fuzz', id: victim }, { minReader: 2 })],
    ['a tenant that is a path', ask('read.job', { tenantId: '../other', id: victim })],
    ['a tenant that is an object', ask('read.job', { tenantId: { $ne: null }, id: victim })],
    ['a tenant that is SQL', ask('read.job', { tenantId: "' or 1=1", id: victim })],
    ["another tenant's job", ask('read.job', { tenantId: 'nobody', id: victim })],
    ["another tenant's job to be cancelled", ask('cancel.job', { tenantId: 'nobody', id: victim, actor: 'x' })],
    ["another tenant's job to be replayed", ask('replay.job', { tenantId: 'nobody', id: victim, actor: 'x' })],
    ["a worker's claim", ask('claim.jobs', { ids: [victim] })],
    ["a worker's report", ask('report.attempts', { attempts: [attempt] })],
    ['a submission of garbage', ask('submit.jobs', { items: [1, null, {}] })],
    [
      'a submission with NUL in the payload',
      ask('submit.jobs', { items: [{ tenantId: 'fuzz', type: 'hash', payload: '\u0000' }] }),
    ],
    ['10,000 submissions', ask('submit.jobs', { items: Array(10_000).fill({}) })],
    ['16 MiB', ask('read.job', { tenantId: 'a'.repeat(16 * MIB), id: victim })],
    ['nesting 100,000 deep', text(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ];
  const forger = { worker: 'forged', incarnation: randomUUID() };
  const done = { ...attempt, outcome: 'succeeded', result: '1', durationMs: 1 };
  const line = { seq: 1, at: 1, level: 'info', source: 'x', message: 'forged' };
  const claim = { ...forger, token: randomUUID(), type: 'hash', versions: [1], ids: [victim] };
  const worker: [string, Buffer][] = [
    ['a report under a forged token', ask('report.attempts', { ...forger, items: [done] })],
    ['a release under a forged token', ask('release.attempts', { ...forger, items: [attempt] })],
    ['a beat under a forged token', ask('beat.worker', { ...forger, attempts: [attempt] })],
    ['logs under a forged token', ask('append.logs', { ...forger, items: [{ ...attempt, lines: [line] }] })],
    ['a claim of what is not due', ask('claim.jobs', { ...claim, free: 1 })],
    ['a claim of a negative number', ask('claim.jobs', { ...claim, free: -1 })],
    ["a gateway's question", ask('read.job', { tenantId: 'fuzz', id: victim })],
    ['garbage', Buffer.from('{{{')],
  ];
  return [
    ...gateway.map(([name, body]) => ({ name, body, service: 'core.gateway' })),
    ...worker.map(([name, body]) => ({ name, body, service: 'core.worker' })),
    { name: 'garbage', body: Buffer.from('x'), service: 'core.scheduler' },
  ];
}
