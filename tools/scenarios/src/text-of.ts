import type { ScenarioReport } from './scenario.js';

/** A report for people. */
export function textOf(report: ScenarioReport): string {
  const { name, figures, goals, control } = report;
  const list = (values: object) => Object.entries(values).map(([key, value]) => `  ${key}: ${value}`);
  return [
    `${name}: ${verdictOf(report)}`,
    ...list(figures),
    ...goals.map(({ text, held }) => `${held ? 'held  ' : 'MISSED'} ${text}`),
    ...(control ? [`${control.failedAsItMust ? 'failed as it must' : 'DID NOT FAIL'}: ${control.text}`] : []),
    ...list(control?.figures ?? {}),
  ].join('\n');
}

function verdictOf({ passed, skipped, goals, control }: ScenarioReport): string {
  if (passed) return 'passed';
  const failed = goals.some(({ held }) => !held) || control?.failedAsItMust === false;
  return skipped === undefined || failed ? 'FAILED' : `NOT PASSED, skipped: ${skipped}`;
}
