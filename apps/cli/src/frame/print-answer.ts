import type { Cli } from './cli.js';

/** JSON for programs, else text for people. One value is one line, so that it can be read line by line. */
export function printAnswer(cli: Cli, options: { json?: boolean }, value: unknown, text: () => string): void {
  cli.terminal.out(options.json ? `${JSON.stringify(value)}\n` : text());
}
