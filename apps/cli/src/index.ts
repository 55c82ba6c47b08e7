export { type Cli, type Terminal } from './frame/cli.js';
export { runCli } from './run-cli.js';
