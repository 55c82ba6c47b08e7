import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Cli } from './cli.js';
import { CliFailure, UsageFailure } from './cli-failure.js';

/** The service takes 1 MiB at a time; whatever is far beyond is a wrong file. */
const MAX_MIB = 16;

/** Text of a file, or of standard input for `-`. */
export async function readInput(cli: Cli, given: string, maxMib = MAX_MIB): Promise<string> {
  const path = resolve(cli.cwd, given);
  const [stream, name] = given === '-' ? [cli.stdin, 'Standard input'] : [createReadStream(path), path];
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > maxMib * 1_048_576) {
        throw new UsageFailure(`${name} is larger than ${maxMib} MiB.`, 'Part it, or upload what is large as a file.');
      }
      pieces.push(piece);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CliFailure(`There is no file ${path}.`, 'Check the path.');
  }
  return Buffer.concat(pieces).toString('utf8');
}
