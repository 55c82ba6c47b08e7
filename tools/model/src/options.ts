import { parseArgs } from 'node:util';

export interface ModelOptions {
  sequences: number;
  seed: number;
  workers: number;
  /** Of a counterexample. */
  path?: string;
  json: boolean;
}

export const USAGE = `pnpm model [--sequences 1000000] [--seed N] [--workers 2] [--json]
Plays random lives of jobs on the transition code of libs/lifecycle and on a plain model of what the documents say. Where the two
differ it prints the smallest life that shows it, and exits with 1.
  --sequences  lives to play
  --seed       from 0 to 2^31 - 1; the same one draws the same lives, whatever the number of workers. Without it: drawn
  --workers    threads, 1 to 16
  --path       of a counterexample, with its seed: plays that one again
  --json       one JSON document instead of text`;

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: string[]): ModelOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      sequences: { type: 'string' },
      seed: { type: 'string' },
      workers: { type: 'string' },
      path: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.path !== undefined && values.seed === undefined) throw new Error('--path wants the --seed it belongs to');
  return {
    sequences: whole('sequences', values.sequences, 1_000_000, 1, 1_000_000_000),
    seed: whole('seed', values.seed, Math.floor(Math.random() * 2 ** 31), 0, 2 ** 31 - 1),
    workers: values.path === undefined ? whole('workers', values.workers, 2, 1, 16) : 1,
    ...(values.path === undefined ? {} : { path: values.path }),
    json: values.json,
  };
}

function whole(name: string, text: string | undefined, standard: number, min: number, max: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from ${min} to ${max}`);
}
