import { readOptions, usage } from './options.js';
import type { ScenarioReport } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args, SCENARIOS);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage(SCENARIOS)}`);
    return 2;
  }
  if (options === 'help') {
    console.log(usage(SCENARIOS));
    return 0;
  }
  const { name, json, ...context } = options;
  const progress = (line: string) => console.error(`[${name} ${new Date().toISOString().slice(11, 19)}] ${line}`);
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  const report = await scenario.run({ ...context, progress });
  console.log(json ? JSON.stringify({ command: commandOf(args), ...report }) : textOf(report));
  return report.passed ? 0 : 1;
}

function commandOf(args: readonly string[]): string {
  return ['node tools/scenarios/dist/main.js', ...args].join(' ');
}

function textOf({ name, passed, figures, goals, control }: ScenarioReport): string {
  const list = (values: object) => Object.entries(values).map(([key, value]) => `  ${key}: ${value}`);
  return [
    `${name}: ${passed ? 'passed' : 'FAILED'}`,
    ...list(figures),
    ...goals.map(({ text, held }) => `${held ? 'held  ' : 'MISSED'} ${text}`),
    ...(control ? [`${control.failedAsItMust ? 'failed as it must' : 'DID NOT FAIL'}: ${control.text}`] : []),
    ...list(control?.figures ?? {}),
  ].join('\n');
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
