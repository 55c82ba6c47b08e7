import { readOptions, USAGE } from './options.js';
import { runFuzz } from './run-fuzz.js';

const progress = (line: string) => console.error(`[fuzz] ${line}`);

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
  progress(`seed ${options.seed}`);
  const report = await runFuzz(options, progress, interruption.signal);
  if (options.json) console.log(JSON.stringify(report));
  for (const { class: name, case: what, why } of report.failed) console.error(`\n${name}: ${what}\n  ${why}`);
  const failed = Object.values(report.classes).reduce((sum, each) => sum + each.failed, 0);
  progress(failed === 0 ? 'nothing failed' : `${failed} cases failed; again with --seed ${options.seed}`);
  return failed === 0 ? 0 : 1;
}

/** For servers and processes to stop. */
const INTERRUPT_MS = 60_000;
const INTERRUPTED = 130;
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    progress(`${signal}: stopping`);
    interruption.abort();
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
