import { type ModelOptions, readOptions, USAGE } from './options.js';
import { type ModelResult, playParallel } from './play-parallel.js';

/** Exit codes: 0 nothing found, 1 a counterexample, 2 a command line that is not understood. */
async function main(args: string[]): Promise<number> {
  let options: ModelOptions | 'help';
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
  let told = 0;
  const result = await playParallel(options, (sequences) => {
    if (sequences - told < 200_000) return;
    told = sequences;
    console.error(`${sequences} sequences`);
  });
  console.log(options.json ? JSON.stringify(result) : describe(result));
  return result.ok ? 0 : 1;
}

function describe({ seed, looked, counterexample }: ModelResult): string {
  const { sequences, moves, ends, replays } = looked;
  const total = `${sequences} sequences from seed ${seed}: ${moves} moves, ${ends} ends, ${replays} replays`;
  if (!counterexample) return `${total}. The code does what the model says.`;
  return [
    counterexample.error,
    `job: ${counterexample.job}`,
    ...counterexample.commands.map((command, index) => `${index + 1}. ${command}`),
    `Again: pnpm model --seed ${counterexample.seed}${counterexample.path ? ` --path ${counterexample.path}` : ''}`,
    total,
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2));
