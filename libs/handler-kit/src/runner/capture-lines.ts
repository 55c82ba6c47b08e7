import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { MAX_MESSAGE_BYTES, storableText } from '../storable-text.js';

/**
 * Reads a stream to its end and hands on its lines, bounded; what is longer than a line may be is cut, not wrapped. Answers how to
 * have a line now that is begun and not ended.
 */
export function captureLines(stream: Readable, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let cut = false;
  const end = () => {
    if (held !== '') onLine(storableText(held, MAX_MESSAGE_BYTES));
    held = '';
    cut = false;
  };
  stream.on('data', (chunk: Buffer) => {
    const parts = decoder.write(chunk).split('\n');
    parts.forEach((part, index) => {
      if (index > 0) end();
      if (cut) return;
      held += part;
      cut = held.length > MAX_MESSAGE_BYTES;
    });
  });
  stream.on('end', end);
  stream.on('error', () => {}); // the child's death is noticed by its exit
  return end;
}
