import { UsageFailure } from './cli-failure.js';

/** The service takes 1 MiB; whatever is far beyond is a wrong file. */
const MAX_BYTES = 16 * 1_048_576;

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > MAX_BYTES)
      throw new UsageFailure('Standard input is larger than 16 MiB.', 'Upload it as a file instead.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
