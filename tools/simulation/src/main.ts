import { type VerdictCounts } from '@windlass/proof';
import { openWarmStage } from './open-warm-stage.js';
import { readOptions, type SimulateOptions, USAGE } from './options.js';
import { REGRESSIONS } from './regressions.js';
import { judgeSeed, NO_COUNTS, type SeedReport } from './run/judge-seed.js';
import { runSeeds } from './run/run-seeds.js';

const PROGRESS_EVERY = 100;

function parse(): SimulateOptions {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== 'help') return options;
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function replay(seed: number, { trace, keep }: SimulateOptions): Promise<SeedReport[]> {
  const stage = await openWarmStage();
  const report = await judgeSeed(stage, seed, {
    ...(trace ? { onStep: say, onLog: (line: string) => say(`    ${line}`) } : {}),
    ...(keep === undefined ? {} : { keep }),
  });
  await stage.close();
  return [report];
}

async function runMany({ seeds, from, jobs, keep }: SimulateOptions): Promise<SeedReport[]> {
  const reports: SeedReport[] = [];
  const all = new Set(REGRESSIONS.map(({ seed }) => seed));
  for (let seed = from; seed < from + seeds; seed += 1) all.add(seed);
  const onReport = (report: SeedReport) => {
    reports.push(report);
    if (report.failed) tellFailure(report);
    if (reports.length % PROGRESS_EVERY === 0) say(`${reports.length} of ${all.size} seeds`);
  };
  await runSeeds({ seeds: all, jobs, onReport, ...(keep === undefined ? {} : { keep }) });
  return reports;
}

function tellFailure({ seed, text }: SeedReport): void {
  const known = REGRESSIONS.find((each) => each.seed === seed);
  say(
    `seed ${seed} FAILED${known ? ` (once: ${known.found})` : ''}\n  ${text}\n  replay it: pnpm simulate --seed ${seed} --trace`,
  );
}

function summarise(reports: SeedReport[], from: number) {
  const sums: VerdictCounts = { ...NO_COUNTS };
  let [steps, statements, virtualMs] = [0, 0, 0];
  for (const report of reports) {
    for (const count of Object.keys(sums) as (keyof VerdictCounts)[]) sums[count] += report[count];
    steps += report.steps;
    statements += report.statements;
    virtualMs += Math.round(report.virtualMs);
  }
  const failed = reports.filter((report) => report.failed).map(({ seed, text }) => ({ seed, text }));
  return { seeds: reports.length, from, failed, steps, statements, virtualMs, ...sums };
}

const options = parse();
const startedMs = performance.now();
const reports = options.seed === undefined ? await runMany(options) : await replay(options.seed, options);
const summary = summarise(reports, options.seed ?? options.from);
if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
else {
  const { failed, steps, statements, virtualMs } = summary;
  const tookMs = performance.now() - startedMs;
  if (options.seed !== undefined)
    process.stdout.write(`seed ${options.seed}, trace ${reports[0]!.digest}\n${reports[0]!.text}\n`);
  const virtual = `${(virtualMs / 60_000).toFixed(1)} virtual minutes`;
  process.stdout.write(
    `${summary.seeds} seeds, ${failed.length} failed: ${steps} steps, ${statements} statements, ${virtual} in ${(tookMs / 1_000).toFixed(1)} s\n`,
  );
}
process.exit(summary.failed.length > 0 ? 1 : 0);
