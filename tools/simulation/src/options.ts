import { parseArgs } from 'node:util';

export interface SimulateOptions {
  /** Replays this one only. */
  seed?: number;
  seeds: number;
  from: number;
  jobs: number;
  trace: boolean;
  json: boolean;
  /** Where the histories of failing seeds go. */
  keep?: string;
}

export const USAGE = `pnpm simulate --seed S [--trace] | [--seeds N] [--from F] [--jobs J] [--json] [--keep DIR]
  The real services on an in-process broker, an embedded PostgreSQL and a virtual clock. A seed decides the workload, the faults and the
  order of every step; the same seed does the same again.
  --seed    replays one seed
  --trace   with --seed: each step and each line of the services' logs, on standard error
  --seeds   how many seeds; default 2000. Those that once found something come first
  --from    the first of them; default 1
  --jobs    processes at a time; default 2
  --json    one JSON document with the sums and the seeds that failed
  --keep    directory for the histories of seeds that fail`;

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: string[]): SimulateOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      jobs: { type: 'string' },
      trace: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { trace, json, keep } = values;
  if (values.seed !== undefined && (values.seeds !== undefined || values.from !== undefined))
    throw new Error('--seed replays one seed; leave out --seeds and --from');
  if (trace && values.seed === undefined) throw new Error('--trace needs --seed: of many seeds nobody could read it');
  return {
    ...(values.seed === undefined ? {} : { seed: whole('seed', values.seed, 0, 0, MAX_SEED) }),
    seeds: whole('seeds', values.seeds, 2_000, 1, 10_000_000),
    from: whole('from', values.from, 1, 0, MAX_SEED),
    jobs: whole('jobs', values.jobs, 2, 1, 64),
    ...{ trace, json },
    ...(keep === undefined ? {} : { keep }),
  };
}

const MAX_SEED = 4_294_967_295;

function whole(name: string, text: string | undefined, standard: number, from: number, to: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from ${from} to ${to}`);
}
