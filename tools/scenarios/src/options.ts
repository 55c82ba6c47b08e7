import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Scenario, ScenarioContext } from './scenario.js';

export interface ScenarioOptions extends Omit<ScenarioContext, 'progress'> {
  name: string;
  json: boolean;
}

const PARTS = ['proof', 'control', 'both'] as const;

export function usage(scenarios: readonly Scenario[]): string {
  const list = scenarios.map(({ name, about, minutes }) => `  ${name.padEnd(16)} ${about} (about ${minutes} min)`);
  return `node tools/scenarios/dist/main.js NAME [--short] [--json] [--seed N] [--part ${PARTS.join('|')}] [--minutes N] [--out FILE] [--keep DIR]
${list.join('\n')}
  --short     the form for CI: the same checks, fewer and shorter turns
  --json      the report as one JSON document on standard output
  --part      proof: the run that must hold; control: the run that must fail; default both
  --minutes   length of the measured part, where it can be chosen (soak, overload)
  --out       file that gets samples as they come, one JSON text a line (soak, overload)
  --keep      where a failed run leaves what its processes printed`;
}

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: readonly string[], scenarios: readonly Scenario[]): ScenarioOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      seed: { type: 'string' },
      part: { type: 'string', default: 'both' },
      minutes: { type: 'string' },
      out: { type: 'string' },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const names = scenarios.map(({ name }) => name);
  const [name, ...more] = positionals;
  if (name === undefined || !names.includes(name)) {
    throw new Error(`${name === undefined ? 'no scenario is named' : `"${name}" is no scenario`}: ${names.join(', ')}`);
  }
  if (more.length > 0) throw new Error(`one scenario at a time: "${more.join(' ')}" is too much`);
  const part = PARTS.find((each) => each === values.part);
  if (!part) throw new Error(`--part: "${values.part}" is none of ${PARTS.join(', ')}`);
  const { short, json, out, keep, minutes } = values;
  return {
    ...{ name, short, json, part },
    seed: whole('seed', values.seed ?? '1', 0, 2 ** 32 - 1),
    keepDir: keep ?? join(tmpdir(), `windlass-scenario-${name}-kept`),
    ...(minutes === undefined ? {} : { minutes: whole('minutes', minutes, 1, 1_440) }),
    ...(out === undefined ? {} : { out }),
  };
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from ${min} to ${max}`);
}
