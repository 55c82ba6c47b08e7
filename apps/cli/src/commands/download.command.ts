import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, posix, resolve } from 'node:path';
import type { Download, WindlassClient } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { CliFailure } from '../frame/cli-failure.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';

interface DownloadOptions extends ConnectionOptions {
  output?: string;
}

export function addDownload(program: Command, cli: Cli): void {
  withConnection(program.command('download'))
    .description('Download a file by its id, or an artifact by its job and name.')
    .argument('<id>', 'of a file, or of a job when NAME is given')
    .argument('[name]', 'artifact, such as model.glb')
    .option('-o, --output <path>', 'where to; - for standard output (default: its own name, here)')
    .action(async (id: string, name: string | undefined, options: DownloadOptions) => {
      const client = await connectClient(cli, options);
      const what = name === undefined ? id : { jobId: id, artifact: name };
      if (options.output === '-') return write(await client.download(what));
      const path = await chooseTarget(cli, client, id, name, options.output);
      await mkdir(dirname(path), { recursive: true });
      const { size, contentType } = await client.download(what, path);
      printAnswer(cli, options, { path, size, contentType }, () => `${path}\n`);
    });
}

/** A name that somebody else gave is not trusted: only its last part counts, and it replaces nothing. */
async function chooseTarget(
  cli: Cli,
  client: WindlassClient,
  id: string,
  name: string | undefined,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) return resolve(cli.cwd, given);
  const theirs = name ?? (await client.file(id)).name;
  const own = posix.basename(theirs.replaceAll('\\', '/').replaceAll('\0', ''));
  const path = resolve(cli.cwd, own === '' || own === '.' || own === '..' ? id : own);
  if (existsSync(path)) throw new CliFailure(`${path} exists already.`, 'Name the target with -o PATH.');
  return path;
}

async function write(download: Download): Promise<void> {
  for await (const piece of download.stream as unknown as AsyncIterable<Uint8Array>) {
    if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
