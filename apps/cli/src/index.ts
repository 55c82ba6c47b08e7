export type { Cli, Terminal } from './frame/cli.js';
export { runCli } from './run-cli.js';
