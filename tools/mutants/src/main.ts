import { fileURLToPath } from 'node:url';
import { type MutantsOptions, readOptions, USAGE } from './options.js';
import { nameOf } from './run/run-killer.js';
import { type MutantsReport, runMutants } from './run/run-mutants.js';

/** From dist/ up to the repository. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Exit codes: 0 all were caught, 1 one escaped or could not be tried, 2 a command line that is not understood. */
async function main(args: string[]): Promise<number> {
  let options: MutantsOptions | 'help';
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (options.list) {
    for (const { name, breaks, killer } of options.mutants)
      console.log(`${name}  ${breaks.join(', ')}  ${nameOf(killer)}`);
    return 0;
  }
  const { mutants, json } = options;
  try {
    const report = await runMutants({ root: ROOT, mutants, progress: (line) => console.error(line) });
    console.log(json ? JSON.stringify(report) : describe(report));
    return report.escaped.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(`${(error as Error).name}: ${(error as Error).message}`);
    return 1;
  }
}

function describe({ total, caught, escaped }: MutantsReport): string {
  return `${caught} of ${total} caught${escaped.length > 0 ? `; escaped: ${escaped.join(', ')}` : ''}`;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main(process.argv.slice(2));
