import { readOptions, USAGE } from './options.js';
import { killSpawned } from './process/spawn-process.js';
import { describeRun, writePage } from './report/page.js';
import { runBench } from './run-bench.js';

const progress = (line: string) => console.error(`[bench] ${line}`);

async function main(args: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
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
  const run = await runBench(options, ['pnpm bench', ...args].join(' '), progress, interruption.signal);
  interruption.signal.throwIfAborted();
  console.log(describeRun(run));
  if (options.write) progress(`written: ${writePage(run)}`);
  if (options.json) console.log(JSON.stringify(run));
  return 0;
}

/** For the servers to stop, once the measure under way has failed for want of its processes. */
const INTERRUPT_MS = 30_000;
const INTERRUPTED = 130;
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    interruption.abort();
    progress(`${signal}: stopping`);
    killSpawned();
    setTimeout(() => process.exit(INTERRUPTED), INTERRUPT_MS).unref();
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (interruption.signal.aborted) process.exit(INTERRUPTED);
    console.error(error);
    process.exit(1);
  },
);
