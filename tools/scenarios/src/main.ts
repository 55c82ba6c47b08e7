import { readOptions, usage } from './options.js';
import { SCENARIOS } from './scenarios.js';
import { textOf } from './text-of.js';

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

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
