import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';

export function addReplay(program: Command, cli: Cli): void {
  withConnection(program.command('replay'))
    .description('Run a finished job again, with the payload and options that it had.')
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      const answer = await (await connectClient(cli, options)).replay(id);
      printAnswer(cli, options, answer, () => `${answer.id} is ${answer.state} as run ${answer.run}.\n`);
    });
}
