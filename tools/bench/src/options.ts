import { parseArgs } from 'node:util';
import { DEFAULT_SYSTEMS, SHORT_SYSTEMS, VARIANT_SYSTEMS } from './systems/choose-systems.js';

export const MEASURES = ['e2e', 'latency', 'hops', 'growth', 'variants'] as const;
export type Measure = (typeof MEASURES)[number];

export interface BenchOptions {
  measures: Measure[];
  systems: string[];
  rounds: number;
  /** Of one end-to-end run with 32 connections; with one connection it is a fifth. */
  jobs: number;
  /** Latency samples of one system in one round, and samples of growth. */
  samples: number;
  /** Jobs that wait in the long queue of growth. */
  queued: number;
  json: boolean;
  write: boolean;
  /** Only whether every result is there counts; figures are shown, never judged. */
  short: boolean;
}

export const USAGE = `pnpm bench [--only ${MEASURES.join('|')}] [--systems a,b] [--rounds 3] [--jobs 10000] [--samples 1000] [--json] [--write] [--short]
  --only      measures, separated by commas; default e2e,latency,hops,growth. growth: with a long queue against
              an empty one. variants: Windlass against itself, other packs and paces
  --systems   ${DEFAULT_SYSTEMS.join(', ')}; a Windlass one may end in +pack=50 or +pace=0
  --samples   latency samples of each system in each round, and of growth; a p99 wants 3,000 over all rounds
  --json      everything that was measured, as one JSON text at the end
  --write     writes docs/benchmarks.md
  --short     one round of 300 jobs on Windlass alone: checks that every result is there`;

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      systems: { type: 'string' },
      rounds: { type: 'string' },
      jobs: { type: 'string' },
      samples: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { short, json, write } = values;
  const measures = list(values.only) ?? (short ? ['e2e'] : ['e2e', 'latency', 'hops', 'growth']);
  for (const measure of measures) {
    if (!(MEASURES as readonly string[]).includes(measure)) {
      throw new Error(`--only: "${measure}" is none of ${MEASURES.join(', ')}`);
    }
  }
  if (short && write) throw new Error('--short measures nothing that should be written down; leave out --write');
  const standard = measures.includes('variants') ? VARIANT_SYSTEMS : short ? SHORT_SYSTEMS : DEFAULT_SYSTEMS;
  return {
    measures: measures as Measure[],
    systems: list(values.systems) ?? standard,
    rounds: count('rounds', values.rounds, short ? 1 : 3, 100),
    jobs: count('jobs', values.jobs, short ? 300 : 10_000, 1_000_000),
    samples: count('samples', values.samples, short ? 50 : 1_000, 100_000),
    queued: short ? 50_000 : 1_000_000,
    json,
    write,
    short,
  };
}

function list(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((each) => each.trim())
    .filter(Boolean);
}

function count(name: string, text: string | undefined, standard: number, max: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from 1 to ${max}`);
}
