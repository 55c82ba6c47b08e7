import type { Secret } from '../config/read-secrets.js';
import { refuse } from '../http-failure.js';

/** @throws FailJob when this worker has no such secret, or the operator does not let it go to that origin */
export function findSecret(secrets: ReadonlyMap<string, Secret>, name: string, origin: string): Secret {
  const secret = secrets.get(name);
  if (!secret) {
    throw refuse('http.secret-unknown', `No secret ${name} on this worker: HTTP_SECRET_${name} is not set.`);
  }
  if (!secret.origins.has(origin) && !secret.origins.has('*')) {
    throw refuse(
      'http.secret-not-for-origin',
      `Secret ${name} is not meant for ${origin}: see HTTP_SECRET_${name}_ORIGINS.`,
    );
  }
  return secret;
}
