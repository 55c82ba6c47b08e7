import { Command } from 'commander';
import { addActions } from './commands/actions.command.js';
import { addArtifacts } from './commands/artifacts.command.js';
import { addAudit } from './commands/audit.command.js';
import { addBatch } from './commands/batch.command.js';
import { addCancel } from './commands/cancel.command.js';
import { addContext } from './commands/context.command.js';
import { addDemo } from './commands/demo.command.js';
import { addDev } from './commands/dev.command.js';
import { addDownload } from './commands/download.command.js';
import { addEvents } from './commands/events.command.js';
import { addGet } from './commands/get.command.js';
import { addJobs } from './commands/jobs.command.js';
import { addKeys } from './commands/keys.command.js';
import { addLogs } from './commands/logs.command.js';
import { addMigrate } from './commands/migrate.command.js';
import { addQueues } from './commands/queues.command.js';
import { addReplay } from './commands/replay.command.js';
import { addResult } from './commands/result.command.js';
import { addSchedules } from './commands/schedules.command.js';
import { addServe } from './commands/serve.command.js';
import { addSubmit } from './commands/submit.command.js';
import { addToken } from './commands/token.command.js';
import { addTypes } from './commands/types.command.js';
import { addUpload } from './commands/upload.command.js';
import { addWhy } from './commands/why.command.js';
import type { Cli } from './frame/cli.js';

/** In the order in which the help lists them. */
const COMMANDS: ((program: Command, cli: Cli) => void)[] = [
  ...[addDev, addDemo],
  ...[addSubmit, addBatch, addGet, addJobs, addWhy, addResult, addLogs, addEvents, addArtifacts, addTypes],
  ...[addCancel, addReplay, addActions, addQueues, addAudit, addSchedules],
  ...[addUpload, addDownload],
  ...[addToken, addKeys, addContext],
  ...[addMigrate, addServe],
];

export function buildProgram(cli: Cli): Command {
  const program = new Command('windlass')
    .description('Runs heavy jobs on your own servers and never loses one.')
    .version('0.1.0')
    .showHelpAfterError('(windlass COMMAND --help shows how)')
    .configureOutput({ writeOut: cli.terminal.out, writeErr: cli.terminal.err })
    .exitOverride();
  for (const add of COMMANDS) add(program, cli);
  return program;
}
