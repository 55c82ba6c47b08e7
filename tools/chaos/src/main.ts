import { descendantsOf } from '@windlass/testbed';
import { isFlawless } from './chaos-report.js';
import { type ChaosOptions, readOptions, usage } from './options.js';
import { runChaos } from './run-chaos.js';
import { isProven, runScenarios } from './scenario/run-scenarios.js';

const progress = (line: string) => console.error(`[chaos ${(performance.now() / 1_000).toFixed(0)} s] ${line}`);

async function main(args: string[]): Promise<number> {
  let options: ChaosOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\nSee --help.`);
    return 2;
  }
  if (options.mode === 'help') {
    console.log(usage());
    return 0;
  }
  if (options.mode === 'scenario') {
    const reports = await runScenarios(options, progress, interruption.signal);
    if (options.json) console.log(JSON.stringify(reports));
    const all = reports.length === options.names.length;
    return all && reports.length > 0 && reports.every(isProven) ? 0 : 1;
  }
  const report = await runChaos(options, progress, interruption.signal);
  if (options.json) console.log(JSON.stringify(report));
  else progress(JSON.stringify(report));
  return isFlawless(report) && report.rounds === options.rounds ? 0 : 1;
}

/** What was started is stopped in order; twice the same signal does not wait for that. */
const INTERRUPTED = 130;
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) return void end(INTERRUPTED);
    interruption.abort();
    progress(`${signal}: stopping everything; once more to kill it`);
  });
}

/** Leaves nobody behind: services and servers are descendants of this process. A fault may have healed one after all were stopped. */
async function end(code: number): Promise<never> {
  for (const pid of await descendantsOf(process.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone with its parent.
    }
  }
  process.exit(code);
}

main(process.argv.slice(2)).then(
  (code) => end(interruption.signal.aborted ? INTERRUPTED : code),
  (error: unknown) => {
    console.error(error);
    return end(interruption.signal.aborted ? INTERRUPTED : 1);
  },
);
