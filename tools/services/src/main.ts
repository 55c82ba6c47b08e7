import { fileURLToPath } from 'node:url';
import { bringUp } from './development/bring-up.js';
import { describeStatus, formatTable } from './development/describe-status.js';
import { takeDown } from './development/take-down.js';

const USAGE = 'Usage: pnpm services up|down|status';

/** The checkout that this file was built in: dist/main.js of tools/services. */
const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

async function up(): Promise<void> {
  await bringUp(root, (line) => console.log(line));
  console.log(formatTable(await describeStatus(root)));
  console.log('Addresses and secrets are in .env.local. They stay until `pnpm services down`, the data stays longer.');
}

async function down(): Promise<void> {
  const stopped = await takeDown(root);
  console.log(stopped.length > 0 ? `Stopped ${stopped.join(', ')}.` : 'Nothing was running.');
}

async function status(): Promise<void> {
  const rows = await describeStatus(root);
  console.log(formatTable(rows));
  if (rows.some((row) => row.state !== 'answers')) process.exitCode = 3; // as LSB has it: the program does not run
}

const commands: Record<string, () => Promise<void>> = { up, down, status };
const command = commands[process.argv[2] ?? ''];
if (!command || process.argv.length > 3) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await command().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
