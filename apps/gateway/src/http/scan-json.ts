import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-characters.js';

export interface ScannedJson {
  /** Deepest nesting of objects and arrays; scanning stops one beyond the limit. */
  depth: number;
  /** Source text of the member's value, without white space around it. */
  member: string | undefined;
}

/**
 * Finds the source text of one member of the outermost object, as the client wrote it, and measures nesting. One pass, linear.
 * `text` has been accepted by JSON.parse, so only strings and brackets need to be told apart; on other text the answer is
 * meaningless, but comes as fast. Of a member that occurs twice the last one counts, as in JSON.parse.
 */
export function scanJson(text: string, memberName: string, maxDepth: number): ScannedJson {
  let depth = 0;
  let deepest = 0;
  let member: string | undefined;
  // Where the sought member's value begins; -1 outside of it.
  let valueStart = -1;
  let keyMayFollow = false;
  const isObject = text.charCodeAt(skipSpace(text, 0)) === OPEN_BRACE;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = endOfString(text, at);
      if (keyMayFollow && depth === 1) {
        keyMayFollow = false;
        const colon = skipSpace(text, end + 1);
        if (text.charCodeAt(colon) === COLON && isKey(text, at, end, memberName))
          valueStart = skipSpace(text, colon + 1);
      }
      at = end;
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest > maxDepth) break;
      keyMayFollow = depth === 1 && isObject;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET || char === COMMA) {
      if (depth === 1 && valueStart >= 0) {
        member = text.slice(valueStart, trimmedEnd(text, at));
        valueStart = -1;
      }
      if (char === COMMA) keyMayFollow = depth === 1 && isObject;
      else depth -= 1;
    }
  }
  return { depth: deepest, member };
}

/** Index of the closing quote. A quote is escaped when an odd number of backslashes stands before it. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - 1 - before) % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

export function isKey(text: string, start: number, end: number, name: string): boolean {
  if (end - start - 1 === name.length) return text.startsWith(name, start + 1);
  // Longer than the name yet equal to it only with escapes; `\u0070` is the longest way to write a character.
  const written = end - start - 1;
  if (written < name.length || written > name.length * 6 || !text.slice(start, end).includes('\\')) return false;
  try {
    return JSON.parse(text.slice(start, end + 1)) === name;
  } catch {
    return false;
  }
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

export function trimmedEnd(text: string, end: number): number {
  let at = end;
  while (isSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

function isSpace(char: number): boolean {
  return char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09;
}
