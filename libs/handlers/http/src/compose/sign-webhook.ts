import { createHmac } from 'node:crypto';
import { refuse } from '../http-failure.js';

const PREFIX = 'whsec_';
/** By the specification 24 to 64 bytes; a shorter key could be guessed. */
const MIN_KEY_BYTES = 24;
const MAX_KEYS = 5;

/**
 * Headers of Standard Webhooks (symmetric, v1): `v1,` and base64(HMAC-SHA256(key, `id.timestamp.body`)), one for each key.
 * @param secret one `whsec_…` or several separated by spaces, while receivers change from one to the other
 * @param seconds Unix time
 * @throws FailJob when the secret is no such key; its value is not named
 */
export function signWebhook(
  secret: { name: string; value: string },
  message: { id: string; seconds: number; body: Uint8Array },
): Record<string, string> {
  const { id, seconds, body } = message;
  const signatures = secret.value
    .split(/ +/)
    .slice(0, MAX_KEYS)
    .map((text) => {
      const mac = createHmac('sha256', keyOf(secret.name, text));
      return `v1,${mac.update(`${id}.${seconds}.`).update(body).digest('base64')}`;
    });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(name: string, text: string): Buffer {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || key.length < MIN_KEY_BYTES) {
    throw refuse('http.secret-unusable', `Secret ${name} is no signing key: whsec_ and base64 of at least 24 bytes.`);
  }
  return key;
}
