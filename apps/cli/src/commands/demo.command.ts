import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';

export function addDemo(program: Command, cli: Cli): void {
  program
    .command('demo')
    .description('Start the embedded platform, run some hash and CAD jobs through its API, show what came out, stop.')
    .argument('[files...]', 'STEP, IGES or BREP files to convert as well')
    .option('--json', 'print {"jobs":[…]} as the last line')
    .action(async (files: string[], options: { json?: boolean }) => {
      const { runDemo } = await import('../demo/run-demo.js');
      await runDemo(cli, files, options);
    });
}
