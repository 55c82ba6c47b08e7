import { resolve } from 'node:path';
import type { Command } from 'commander';
import { uploadFile } from '../files/upload-file.js';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';
import { ProgressLine } from '../frame/progress-line.js';
import { showBytes } from '../frame/show-values.js';

interface UploadOptions extends ConnectionOptions {
  type?: string;
}

export function addUpload(program: Command, cli: Cli): void {
  withConnection(program.command('upload'))
    .description('Upload a file; prints its id, which goes into payloads.')
    .argument('<file>')
    .option('--type <content-type>', 'default: by its ending')
    .action(async (path: string, options: UploadOptions) => {
      const client = await connectClient(cli, options);
      const line = new ProgressLine(cli.terminal);
      try {
        const file = await uploadFile(client, resolve(cli.cwd, path), options.type, (sent, size) =>
          line.show(size === 0 ? 100 : (sent / size) * 100, `${showBytes(sent)} of ${showBytes(size)}`),
        );
        line.clear();
        printAnswer(cli, options, file, () => `${file.id}\n`);
      } finally {
        line.clear();
      }
    });
}
