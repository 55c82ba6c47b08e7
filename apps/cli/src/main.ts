import { systemCli } from './frame/cli.js';
import { runCli } from './run-cli.js';

const exitCode = await runCli(process.argv.slice(2), systemCli());
// Not left to the event loop: after a failed start something half open may hold it for ever.
process.exit(exitCode);
