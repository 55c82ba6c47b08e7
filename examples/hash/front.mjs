// The manager of a small queue, as its users know it: POST a JSON body and get a number, GET the number and see the job.
// Everything behind it is Windlass. Needs WINDLASS_URL and WINDLASS_TOKEN; PORT is 8080 unless set.
import { createServer } from 'node:http';
import { WindlassClient, WindlassError } from '../../libs/client/dist/index.js';
import { describePending } from './describe-pending.mjs';

const { WINDLASS_URL: url, WINDLASS_TOKEN: token, PORT = '8080' } = process.env;
if (!url || !token) throw new Error('Set WINDLASS_URL and WINDLASS_TOKEN to what `windlass dev` printed.');
const client = new WindlassClient({ url, token });

const MAX_BODY_BYTES = 64 * 1024;
const TAG = 'seed4';
const tagOf = (number) => `${TAG}-${number}`;
const refusal = (status, error, headers = {}) => ({ status, body: { error }, headers });

/** The numbers live in the jobs' tags, so the highest one is found again after a restart. A lost answer leaves a gap. */
const { items: newest } = await client.listPage({ tag: TAG, limit: 100 });
let last = Math.max(0, ...newest.flatMap((job) => job.tags.map((tag) => Number(tag.slice(TAG.length + 1)) || 0)));

const server = createServer(async (request, response) => {
  const { status, body, headers } = await answer(request).catch(explain);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(`${JSON.stringify(body)}\n`);
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`hash front: http://127.0.0.1:${server.address().port}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)));

async function answer(request) {
  const path = request.url.split('?')[0];
  const number = /^\/([1-9]\d{0,14})\/?$/.exec(path)?.[1];
  if (path !== '/' && !number) return refusal(404, 'POST / or GET /<number>/');
  const method = number ? 'GET' : 'POST';
  if (request.method !== method) return refusal(405, `use ${method} here`, { allow: method });
  return number ? show(Number(number)) : accept(request);
}

async function accept(request) {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return refusal(415, 'send application/json');
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += piece;
    if (Buffer.byteLength(text) > MAX_BODY_BYTES) return refusal(413, 'too large', { connection: 'close' });
  }
  try {
    JSON.parse(text);
  } catch (error) {
    return refusal(400, `not JSON: ${error.message}`);
  }
  const number = await submit(text);
  return { status: 201, body: number, headers: { location: `/${number}/` } };
}

async function submit(text) {
  last += 1;
  const number = last;
  // The text itself, as a string: that is what is hashed.
  const job = { type: 'hash', payload: text, tags: [TAG, tagOf(number)], hardMs: 60_000 };
  try {
    // The key makes a repeated call harmless, and keeps a number from being given twice.
    await client.submit(job, { idempotencyKey: tagOf(number) });
    return number;
  } catch (error) {
    if (error.code === 'submit.key-reused') return submit(text);
    throw error;
  }
}

async function show(number) {
  const { items } = await client.listPage({ tag: tagOf(number), limit: 1 });
  if (!items[0]) return refusal(404, `there is no job ${number}`);
  const job = await client.get(items[0].id);
  if (job.state !== 'succeeded') return { status: 200, body: describePending(number, job, Date.now()) };
  const { md5 } = await client.result(job.id);
  return { status: 200, body: { _id: number, hash: md5, payload: job.payload } };
}

function explain(error) {
  const windlass = error instanceof WindlassError;
  if (windlass && [0, 429, 503].includes(error.status)) return refusal(503, error.code, { 'retry-after': '1' });
  console.error(error);
  if (windlass) return refusal(502, `Windlass answered ${error.code}`);
  return refusal(500, 'something went wrong here');
}
