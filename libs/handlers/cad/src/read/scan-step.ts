import { MAX_PAREN_DEPTH } from '../conversion-bounds.js';
import { failConversion } from '../fail-conversion.js';

/** Longer records are B-splines and point lists; nothing of the product tree is near it. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

export interface StepVisitor {
  /** Whether a record's text is wanted; `keyword` is '' for a complex record. */
  wants(keyword: string, id: number): boolean;
  /** `text` is everything behind the `=`; for the header's statements `id` is 0. */
  take(id: number, keyword: string, text: string): void;
  /** Bytes of a record that `wants` declined, for looking at numbers without making strings. */
  glance?(keyword: string, start: number, end: number, id: number): void;
}

/**
 * One linear pass over the exchange structure (ISO 10303-21), statement by statement; holds nothing itself, so 130 MB are no
 * trouble. Throws FailJob for nesting that would overflow the reader's stack.
 */
export function scanStep(bytes: Buffer, visitor: StepVisitor): void {
  let start = 0;
  while (start < bytes.length) {
    const end = endOfStatement(bytes, start);
    visitStatement(bytes, start, end, visitor);
    start = end + 1;
  }
}

function endOfStatement(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x3b /* ; */) return i;
    if (byte === 0x28 /* ( */) {
      if (++depth > MAX_PAREN_DEPTH) {
        throw failConversion('cad.nesting-too-deep', `A record nests parentheses more than ${MAX_PAREN_DEPTH} deep.`);
      }
    } else if (byte === 0x29 /* ) */) depth--;
    else if (byte === 0x27 /* ' */) i = closing(bytes, bytes.indexOf(0x27, i + 1), 0);
    else if (byte === 0x2f /* / */ && bytes[i + 1] === 0x2a /* * */) i = closing(bytes, bytes.indexOf('*/', i + 2), 1);
  }
  return bytes.length;
}

const closing = (bytes: Buffer, found: number, extra: number) => (found < 0 ? bytes.length : found + extra);

function visitStatement(bytes: Buffer, start: number, end: number, visitor: StepVisitor): void {
  let at = skipBlank(bytes, start, end);
  let id = 0;
  if (bytes[at] === 0x23 /* # */) {
    for (at++; isDigit(bytes[at]!); at++) id = id * 10 + bytes[at]! - 0x30;
    at = skipBlank(bytes, at, end);
    if (bytes[at] !== 0x3d /* = */) return;
    at = skipBlank(bytes, at + 1, end);
  }
  let keywordEnd = at;
  while (keywordEnd < end && isKeyword(bytes[keywordEnd]!)) keywordEnd++;
  const keyword = bytes.toString('latin1', at, keywordEnd);
  if (visitor.wants(keyword, id)) {
    if (end - at <= MAX_KEPT_BYTES) visitor.take(id, keyword, bytes.toString('latin1', at, end));
  } else visitor.glance?.(keyword, keywordEnd, end, id);
}

/** Blanks and comments. */
function skipBlank(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end) {
    if (bytes[at]! <= 0x20) at++;
    else if (bytes[at] === 0x2f && bytes[at + 1] === 0x2a) at = closing(bytes, bytes.indexOf('*/', at + 2), 2);
    else break;
  }
  return at;
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isKeyword = (byte: number) => (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte === 0x2d || isDigit(byte);
