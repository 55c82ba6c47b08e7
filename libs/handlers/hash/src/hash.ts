import { createHash } from 'node:crypto';
import { defineJob } from '@windlass/handler-kit';

export interface HashResult {
  md5: string;
  sha256: string;
  /** Length of the hashed text in UTF-8. */
  bytes: number;
}

const hex = (length: number) => ({ type: 'string', pattern: `^[0-9a-f]{${length}}$` });

/**
 * Hashes the payload's JSON text, as `JSON.stringify` writes the parsed payload: keys stay in the order they were
 * submitted in, whitespace is gone. A payload that is a string is hashed with its quotes.
 */
export const hash = defineJob<unknown, HashResult>({
  name: 'hash',
  payload: {},
  result: {
    type: 'object',
    required: ['md5', 'sha256', 'bytes'],
    additionalProperties: false,
    properties: { md5: hex(32), sha256: hex(64), bytes: { type: 'integer', minimum: 0 } },
  },
  // Microseconds of work: the largest accepted payload takes milliseconds.
  limits: { softMs: 5_000, hardMs: 10_000 },
  weight: 'tiny',
  run: (payload) => {
    const text = JSON.stringify(payload);
    return {
      md5: createHash('md5').update(text).digest('hex'),
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: Buffer.byteLength(text),
    };
  },
});
