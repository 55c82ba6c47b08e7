import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';
import { showTable } from '../frame/show-table.js';
import { showBytes } from '../frame/show-values.js';

export function addArtifacts(program: Command, cli: Cli): void {
  withConnection(program.command('artifacts'))
    .description('List the files that a job made; `windlass download ID NAME` fetches one.')
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      const items = await (await connectClient(cli, options)).artifacts(id);
      const rows = items.map((each) => [each.name, showBytes(each.size), each.contentType, each.sha256]);
      printAnswer(cli, options, { items }, () =>
        rows.length > 0 ? showTable(['NAME', 'SIZE', 'CONTENT TYPE', 'SHA-256'], rows) : 'This job has no artifacts.\n',
      );
    });
}
