import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';

export function addResult(program: Command, cli: Cli): void {
  withConnection(program.command('result'))
    .description('Print the result of a job that succeeded, as JSON.')
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      const result = await (await connectClient(cli, options)).result(id);
      printAnswer(cli, options, result, () => `${JSON.stringify(result, null, 2)}\n`);
    });
}
