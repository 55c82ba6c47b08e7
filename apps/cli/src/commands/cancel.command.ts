import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';

interface CancelOptions extends ConnectionOptions {
  reason?: string;
}

export function addCancel(program: Command, cli: Cli): void {
  withConnection(program.command('cancel'))
    .description('Cancel a job, waiting or running.')
    .argument('<id>')
    .option('--reason <text>', 'kept with the job')
    .action(async (id: string, options: CancelOptions) => {
      const client = await connectClient(cli, options);
      const { reason } = options;
      const answer = await client.cancel(id, reason === undefined ? {} : { reason });
      const ending = answer.stopping ? ' Its attempt is being ended.' : '';
      printAnswer(cli, options, answer, () => `${answer.id} is ${answer.state}.${ending}\n`);
    });
}
