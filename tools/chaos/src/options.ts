import { parseArgs } from 'node:util';
import { SCENARIOS } from '@windlass/scenarios';
import { namedFaults } from './choose-faults.js';
import { GROUPS } from './faults/fault.js';
import { FAULTS } from './faults/index.js';

export interface RoundsOptions {
  mode: 'rounds';
  rounds: number;
  /** Number of the first round, from 1. */
  from: number;
  jobs: number;
  seed: number;
  leaseMs: number;
  only: string[];
  json: boolean;
  keep: string | undefined;
}

export interface ScenarioOptions {
  mode: 'scenario';
  names: string[];
  short: boolean;
  seed: number;
  json: boolean;
  keep: string | undefined;
}

export type ChaosOptions = RoundsOptions | ScenarioOptions | { mode: 'help' };

const MAX_SEED = 2 ** 32 - 1;
const MAX_ROUNDS = 100_000;
const ALL = 'all';

export function usage(): string {
  const width = Math.max(...[...FAULTS, ...SCENARIOS].map(({ name }) => name.length));
  const faults = FAULTS.map(({ name, groups, about }) => `  ${name.padEnd(width)}  ${about} [${groups.join(', ')}]`);
  const scenarios = SCENARIOS.map(
    ({ name, about, minutes }) => `  ${name.padEnd(width)}  ${about} (about ${minutes} min)`,
  );
  return `pnpm chaos [--rounds 3] [--from 1] [--jobs 200] [--seed S] [--lease-ms 3000] [--only NAME,…] [--json] [--keep DIR]
pnpm chaos --scenario NAME|${ALL} [--short] [--seed S] [--json] [--keep DIR]
  --rounds    each with a load, one fault or two that overlap, and a verdict; every fault has its turn in some 30 rounds
  --from      number of the first round: round 7 of a seed is the same with --from 7 --rounds 1
  --jobs      submissions of a round
  --seed      of the run; left out: drawn. A failed round tells the command that draws the same again
  --lease-ms  faults are measured in leases; on a loaded machine take a longer one
  --only      faults, or groups of them: ${GROUPS.join(', ')}
  --json      one JSON document on standard output; what goes on is told on standard error
  --keep      where failed rounds leave their histories; left out: a folder of the system for temporary files
  --short     the form of a scenario that takes less time
Exit code 1 unless nothing was lost, doubled, stale, unjustified or stuck.

Faults:
${faults.join('\n')}

Scenarios:
${scenarios.length > 0 ? scenarios.join('\n') : '  none'}`;
}

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: string[]): ChaosOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      rounds: { type: 'string' },
      from: { type: 'string' },
      jobs: { type: 'string' },
      seed: { type: 'string' },
      'lease-ms': { type: 'string' },
      only: { type: 'string' },
      scenario: { type: 'string' },
      keep: { type: 'string' },
      json: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { mode: 'help' };
  const seed = whole('seed', values.seed, Math.floor(Math.random() * MAX_SEED), 0, MAX_SEED);
  const common = { seed, json: values.json, keep: values.keep };
  if (values.scenario !== undefined) {
    for (const each of ['rounds', 'from', 'jobs', 'lease-ms', 'only'] as const) {
      if (values[each] !== undefined) throw new Error(`--${each} is of rounds, --scenario has none`);
    }
    return { mode: 'scenario', names: scenarioNames(values.scenario), short: values.short, ...common };
  }
  if (values.short) throw new Error('--short is for --scenario; rounds are shortened by --rounds and --jobs');
  const only = list(values.only ?? '');
  namedFaults(only);
  return {
    mode: 'rounds',
    rounds: whole('rounds', values.rounds, 3, 1, MAX_ROUNDS),
    from: whole('from', values.from, 1, 1, MAX_ROUNDS),
    jobs: whole('jobs', values.jobs, 200, 1, 10_000),
    leaseMs: whole('lease-ms', values['lease-ms'], 3_000, 2_000, 60_000),
    only,
    ...common,
  };
}

function scenarioNames(text: string): string[] {
  const known = SCENARIOS.map(({ name }) => name);
  if (text === ALL) return known;
  const names = list(text);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0 || names.length === 0) {
    throw new Error(`--scenario: "${text}" is none of ${[...known, ALL].join(', ')}`);
  }
  return names;
}

const list = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);

function whole(name: string, text: string | undefined, standard: number, min: number, max: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from ${min} to ${max}`);
}
