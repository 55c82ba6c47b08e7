import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCENARIOS, type Scenario, type ScenarioReport } from '@windlass/scenarios';
import type { ScenarioOptions } from '../options.js';

/** One after the other; one that throws has failed, and the next ones still run. */
export async function runScenarios(
  options: ScenarioOptions,
  progress: (line: string) => void,
  signal: AbortSignal,
  known: readonly Scenario[] = SCENARIOS,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  const keepDir = options.keep ?? (await mkdtemp(join(tmpdir(), 'windlass-scenario-kept-')));
  for (const scenario of known.filter(({ name }) => options.names.includes(name))) {
    if (signal.aborted) break;
    progress(`scenario ${scenario.name}: ${scenario.about}`);
    const context = { progress, keepDir, short: options.short, seed: options.seed };
    const report = await scenario.run(context).catch((error: unknown): ScenarioReport => {
      const why = String((error as Error).stack ?? error);
      progress(`  broke off: ${why}`);
      return { name: scenario.name, passed: false, figures: { brokeOff: why }, goals: [] };
    });
    reports.push(report);
    for (const { text, held } of report.goals) progress(`  ${held ? 'held' : 'NOT HELD'}: ${text}`);
    if (report.control) {
      const { text, failedAsItMust } = report.control;
      progress(`  control ${failedAsItMust ? 'failed as it must' : 'DID NOT FAIL'}: ${text}`);
    }
    progress(`  ${isProven(report) ? 'passed' : 'FAILED'} ${JSON.stringify(report.figures)}`);
  }
  return reports;
}

/** A control that passes says that the instrument sees nothing. */
export const isProven = ({ passed, control }: ScenarioReport): boolean => passed && control?.failedAsItMust !== false;
