import { isUtf8 } from 'node:buffer';
import type { HttpRequestResult } from '../http-request.types.js';
import type { ReadBody } from './read-body.js';

/** Text where it is UTF-8 that PostgreSQL, too, takes for text; base64 otherwise. */
export function describeBody({ bytes, cut }: ReadBody): HttpRequestResult['body'] {
  const whole = cut ? withoutHalfCharacter(bytes) : bytes;
  const isText = isUtf8(whole) && !whole.includes(0);
  return isText
    ? { text: whole.toString('utf8'), bytes: whole.length, cut }
    : { base64: bytes.toString('base64'), bytes: bytes.length, cut };
}

/** A cut may fall within a character: at most three bytes of it are there. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // goes on a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
