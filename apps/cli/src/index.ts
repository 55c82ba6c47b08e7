export type { Cli, Terminal } from './frame/cli.js';
export { runCli } from './run-cli.js';
export { CLI_VARIABLES, type CliVariable } from './variables.js';
