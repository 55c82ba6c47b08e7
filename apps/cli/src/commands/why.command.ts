import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';
import { explainJob } from '../jobs/explain-job.js';

export function addWhy(program: Command, cli: Cli): void {
  withConnection(program.command('why'))
    .description('Say why a job is not running, and what to do about it.')
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      const job = await (await connectClient(cli, options)).get(id);
      const sentences = explainJob(job);
      const answer = { id: job.id, state: job.state, waitingFor: job.waitingFor ?? [], sentences };
      printAnswer(cli, options, answer, () => `${sentences.join('\n')}\n`);
    });
}
