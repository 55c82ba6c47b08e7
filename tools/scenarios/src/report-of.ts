import type { ScenarioContext, ScenarioReport } from './scenario.js';

/**
 * Passed: there were goals, every one was held, and the control, if it ran, failed as it must. A run without goals has looked
 * at nothing and has not passed, unless only its control was asked for.
 */
export function reportOf(
  report: Omit<ScenarioReport, 'passed'>,
  part: NonNullable<ScenarioContext['part']> = 'both',
): ScenarioReport {
  const { goals, control } = report;
  const looked = part === 'control' ? control !== undefined : goals.length > 0;
  const held = goals.every((goal) => goal.held) && control?.failedAsItMust !== false;
  return { ...report, passed: looked && held && report.skipped === undefined };
}
