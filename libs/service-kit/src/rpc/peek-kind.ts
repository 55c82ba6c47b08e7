import { openEnvelope } from '@windlass/contracts';

/** The first bytes of an envelope as our publishers write it. */
const HEAD = /^\{"v":\d+,"minReader":\d+,"kind":"([a-z0-9.-]+)"/;
const HEAD_BYTES = 160;

/**
 * The kind of a message, without parsing a body of up to a mebibyte twice: decoding checks the envelope again.
 * Throws `broker.unreadable` for what is no envelope.
 */
export function peekKind(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES)).toString('latin1');
  return HEAD.exec(head)?.[1] ?? openEnvelope(bytes).kind;
}
