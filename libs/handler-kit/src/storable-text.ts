export const MAX_MESSAGE_BYTES = 4 * 1024;
export const MAX_STACK_BYTES = 16 * 1024;

/**
 * Any value as text that PostgreSQL can store and that is no longer than `maxBytes` in UTF-8: `\u0000` and lone
 * surrogates become U+FFFD. Never throws, whatever a handler threw or logged: a failure that cannot be recorded is lost.
 */
export function storableText(value: unknown, maxBytes: number): string {
  let text: string;
  try {
    text = typeof value === 'string' ? value : String(value);
  } catch {
    text = `(${typeof value} that cannot be shown)`;
  }
  // Cut first: the rest then costs the same for 10 MB as for 10 KB. A UTF-16 unit is at least one byte.
  const whole = text.length <= maxBytes;
  if (!whole) text = text.slice(0, maxBytes);
  text = text.replaceAll('\u0000', '\ufffd').toWellFormed();
  if (whole && text.length * 3 <= maxBytes) return text;
  return cutToBytes(text, maxBytes);
}

function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--; // not within a character
  return bytes.toString('utf8', 0, end);
}
