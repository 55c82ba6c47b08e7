import type { LogLevel, LogLine } from '@windlass/client';
import { type Command, Option } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { untilInterrupted } from '../frame/until-interrupted.js';
import { attemptHeads, showLogLine } from '../jobs/show-log-line.js';

interface LogsOptions extends ConnectionOptions {
  follow?: boolean;
  level?: LogLevel;
}

export function addLogs(program: Command, cli: Cli): void {
  withConnection(program.command('logs'))
    .description("Print a job's log, oldest line first; with --json one line each.")
    .argument('<id>')
    .option('-f, --follow', 'go on until the job is finished')
    .addOption(new Option('--level <level>', 'this one and graver').choices(['debug', 'info', 'warn', 'error']))
    .action(async (id: string, options: LogsOptions) => {
      const client = await connectClient(cli, options);
      const { follow, level } = options;
      const headOf = attemptHeads();
      const show = (line: LogLine) => (options.json ? `${JSON.stringify(line)}\n` : headOf(line) + showLogLine(line));
      await untilInterrupted(cli, 'The job goes on.', async (signal) => {
        for await (const line of client.logs(id, { follow, level, signal })) cli.terminal.out(show(line));
      });
    });
}
