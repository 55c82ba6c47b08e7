import { systemCli } from './frame/cli.js';
import { runCli } from './run-cli.js';

// `windlass jobs --all | head`: whoever reads has seen enough.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(0));

const exitCode = await runCli(process.argv.slice(2), systemCli());
// A pipe takes 64 KiB at a time: what was printed has to leave before the process does.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((left) => stream.write('', left))));
// Not left to the event loop: after a failed start something half open may hold it for ever.
process.exit(exitCode);
