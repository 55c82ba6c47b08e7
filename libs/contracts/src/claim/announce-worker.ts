import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Backoff, TypeName, Uuid } from '../fields.js';

/** A job type as its handler declares it (decision 13). */
export const TypeDeclaration = Type.Object({
  name: TypeName,
  version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  payloadSchema: Type.Record(Type.String(), Type.Unknown()),
  resultSchema: Type.Record(Type.String(), Type.Unknown()),
  softMs: Type.Integer({ minimum: 1 }),
  hardMs: Type.Integer({ minimum: 1 }),
  maxAttempts: Type.Integer({ minimum: 1, maximum: 100 }),
  backoff: Backoff,
  retryTimeout: Type.Boolean(),
  weight: Type.Union([Type.Literal('tiny'), Type.Literal('heavy')]),
  memoryMb: Type.Optional(Type.Integer({ minimum: 1 })),
  tools: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 20 }),
});
export type TypeDeclaration = Static<typeof TypeDeclaration>;

/**
 * worker → core, at start and after each reconnect: what it can run. Core keeps the registry and declares the queues; a
 * queue that was missing makes all of the type's jobs due again. The worker consumes only what is not in `refused`.
 */
export const AnnounceWorker = Type.Object({
  worker: Type.String({ maxLength: 128 }),
  incarnation: Uuid,
  types: Type.Array(TypeDeclaration, { maxItems: 200 }),
});
export type AnnounceWorker = Static<typeof AnnounceWorker>;
export const announceWorker = defineMessage('announce.worker', AnnounceWorker);
export const announceWorkerReply = defineMessage(
  'announce.worker.reply',
  Type.Object({
    refused: Type.Array(Type.Object({ name: TypeName, version: Type.Integer(), reason: Type.String() })),
    /** Fleet-wide figures, so that one place sets them. */
    leaseMs: Type.Integer(),
    beatMs: Type.Integer(),
  }),
);
