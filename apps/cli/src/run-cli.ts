import { CommanderError } from 'commander';
import { buildProgram } from './build-program.js';
import type { Cli } from './frame/cli.js';
import { EXIT_USAGE, explainFailure } from './frame/explain-failure.js';

/** Runs one command line and answers its exit code: 0 done, 1 failed, 2 called wrongly. */
export async function runCli(args: string[], cli: Cli): Promise<number> {
  try {
    await buildProgram(cli).parseAsync(args, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    // Commander has printed its own text: help and version end this way as well.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const { text, exitCode } = explainFailure(error);
    cli.terminal.err(text);
    return exitCode;
  }
}
