import type { Static, TSchema } from '@sinclair/typebox';
import { fault } from '@windlass/faults';
import { Ajv, type ValidateFunction } from 'ajv';

/**
 * Every message between services: `{v, minReader, kind, body}` as JSON (decision 15).
 * `v` is the version it was written in, `minReader` the oldest reader that understands it. Publishers write the lowest
 * version that is registered; a reader refuses what it cannot read with `broker.unreadable`, and its transport dead-letters it.
 */
export interface Message<S extends TSchema = TSchema> {
  readonly kind: string;
  readonly v: number;
  readonly minReader: number;
  readonly schema: S;
  encode(body: Static<S>): Uint8Array;
  decode(bytes: Uint8Array): Static<S>;
}

/** Newest envelope version that this build reads. */
export const READER_VERSION = 1;

const ajv = new Ajv({ allErrors: false, strict: false });

export function defineMessage<S extends TSchema>(kind: string, schema: S, version = 1, minReader = 1): Message<S> {
  // Compiled at first use: a service does not pay at boot for messages that it never reads.
  let validate: ValidateFunction | undefined;
  return {
    kind,
    v: version,
    minReader,
    schema,
    encode: (body) => Buffer.from(JSON.stringify({ v: version, minReader, kind, body })),
    decode: (bytes) => {
      const envelope = openEnvelope(bytes);
      if (envelope.kind !== kind) throw unreadable(`expected a ${kind}, got a ${envelope.kind}`);
      validate ??= ajv.compile(schema);
      if (!validate(envelope.body)) throw unreadable(`${kind}: ${ajv.errorsText(validate.errors)}`);
      return envelope.body as Static<S>;
    },
  };
}

/** The outer part of any message, or `broker.unreadable`. */
export function openEnvelope(bytes: Uint8Array): { kind: string; body: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw unreadable('not JSON', cause);
  }
  const envelope = parsed as { v?: unknown; minReader?: unknown; kind?: unknown; body?: unknown } | null;
  if (typeof envelope !== 'object' || envelope === null || typeof envelope.kind !== 'string') {
    throw unreadable('not an envelope');
  }
  if (typeof envelope.minReader !== 'number' || envelope.minReader > READER_VERSION) {
    throw unreadable(`needs reader ${String(envelope.minReader)}, this is ${READER_VERSION}`);
  }
  return { kind: envelope.kind, body: envelope.body };
}

function unreadable(why: string, cause?: unknown) {
  return fault('broker.unreadable', { detail: `Unreadable message: ${why}`, cause });
}
