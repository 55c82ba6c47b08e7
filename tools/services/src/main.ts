import { fileURLToPath } from 'node:url';
import { bringUp } from './development/bring-up.js';
import { describeStatus, formatTable } from './development/describe-status.js';
import { takeDown } from './development/take-down.js';
import { SERVICE_NAMES, type ServiceName } from './service-types.js';
import { installServices } from './start-services.js';

const USAGE = `Usage: pnpm services up|down|status|install [NAME…]\nNames for install: ${SERVICE_NAMES.join(', ')} (all but redis by default). It only fetches packages, so that tests start at once.`;

/** Redis is for the bench alone. */
const TESTS_NEED: ServiceName[] = SERVICE_NAMES.filter((name) => name !== 'redis');

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

async function install(names: string[]): Promise<void> {
  const known = SERVICE_NAMES.filter((name) => names.includes(name));
  if (known.length !== names.length) throw new Error(USAGE);
  await installServices(known.length > 0 ? known : TESTS_NEED, (line) => console.log(line));
}

const [name = '', ...rest] = process.argv.slice(2);
const commands: Record<string, () => Promise<void>> = { up, down, status, install: () => install(rest) };
const command = commands[name];
if (!command || (rest.length > 0 && name !== 'install')) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await command().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
