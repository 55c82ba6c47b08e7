// Starts a receiver and the platform, has a signed request delivered, checks what arrived and what was recorded, and that a request
// to the inside is refused. Exits 0 only if all of it held. Needs a built checkout.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindlassClient } from '../../libs/client/dist/index.js';
import { startPlatform } from '../start-program.mjs';
import { startReceiver } from './receiver.mjs';

const DONE_MS = 60_000;
const key = randomBytes(32);
const token = `Bearer ${randomBytes(24).toString('hex')}`;
const data = mkdtempSync(join(tmpdir(), 'windlass-http-'));
let receiver;
let platform;
try {
  receiver = await startReceiver(key);
  platform = await startPlatform(data, {
    HTTP_ALLOW: new URL(receiver.origin).host,
    HTTP_SECRET_SHOP: token,
    HTTP_SECRET_SHOP_ORIGINS: receiver.origin,
    HTTP_SECRET_SHOP_HOOK: `whsec_${key.toString('base64')}`,
    HTTP_SECRET_SHOP_HOOK_ORIGINS: receiver.origin,
  });
  const client = new WindlassClient({ url: platform.url, token: platform.token });
  await deliver(client);
  await refuse(client, 'http://169.254.169.254/latest/meta-data/', 'http.address-refused');
  await refuse(client, platform.url, 'http.address-refused');
  console.log('http-request: what leads inside was refused');
} catch (error) {
  console.error(`http-request: ${error.message}`);
  process.exitCode = 1;
} finally {
  await platform?.stop();
  await receiver?.stop();
  rmSync(data, { recursive: true, force: true });
}

async function deliver(client) {
  const { id } = await client.submit({
    type: 'http.request',
    payload: {
      url: `${receiver.origin}/orders`,
      headers: { authorization: { secret: 'SHOP' } },
      body: { json: { event: 'order.paid', order: 17 } },
      signature: { secret: 'SHOP_HOOK' },
    },
  });
  const job = await client.wait(id, { timeoutMs: DONE_MS });
  equal(job.state, 'succeeded', `the job ended as ${job.state}: ${JSON.stringify(job)}`);
  // Sent away once, and again under the same id.
  equal(job.attempt, 2);
  equal(receiver.asked(), 2);
  deepEqual([...receiver.served], [[id, { body: '{"event":"order.paid","order":17}', authorization: token }]]);
  const result = await client.result(id);
  equal(result.status, 200);
  // The receiver sent all headers back: the token among them is not recorded anywhere.
  ok(result.body.text.includes('"authorization":"***'));
  const lines = [];
  for await (const line of client.logs(id)) lines.push(line);
  deepEqual(
    lines.map(({ message }) => / answered \d+/.exec(message)?.[0]),
    [' answered 503', ' answered 200'],
  );
  const recorded = JSON.stringify([job, result, lines, await client.events(id)]);
  for (const secret of [token, token.slice(7), key.toString('base64')])
    ok(!recorded.includes(secret), 'a secret was recorded');
  console.log(`http-request: delivered at the second attempt, ${result.status} from ${result.url}`);
}

async function refuse(client, url, code) {
  const { id } = await client.submit({ type: 'http.request', payload: { url } });
  const job = await client.wait(id, { timeoutMs: DONE_MS });
  equal(job.state, 'failed');
  equal(job.attempt, 1);
  equal(job.error?.code, code, JSON.stringify(job));
}
