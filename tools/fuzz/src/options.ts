import { parseArgs } from 'node:util';
import { CLASS_NAMES, type ClassName } from './classes/fuzz-class.js';

export interface FuzzOptions {
  /** Requests per operation of the document, and 20 times the damaged copies of each sample file. The other classes are whole at any number. */
  cases: number;
  only: ClassName[];
  seed: number;
  json: boolean;
}

export const USAGE = `pnpm fuzz [--cases 100] [--only ${CLASS_NAMES.join(',')}] [--seed S] [--json]
  --cases   generated requests per operation of the OpenAPI document, and a twentieth as many damaged copies of each
            CAD sample; the other classes run whole whatever it is
  --only    classes, separated by commas; all of them unless told
  --seed    the same seed draws the same cases; drawn anew unless told
  --json    one JSON document on standard output: {"seed","classes":{NAME:{"cases","failed",…}},"failed":[{class,case,why}]}
  --help    this text
Ends with 1 when a case failed or a class ran fewer cases than it must, 2 when the command line is wrong.
URLs that users give have no class here: the specs of http.request in libs/handlers/http judge them. Nor have schedules,
which the API does not take.`;

const MAX_SEED = 2 ** 31 - 1;

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: string[]): FuzzOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      cases: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    cases: whole('cases', values.cases, 1, 100_000) ?? 100,
    only: classesOf(values.only),
    seed: whole('seed', values.seed, 0, MAX_SEED) ?? Math.floor(Math.random() * MAX_SEED),
    json: values.json,
  };
}

function classesOf(text: string | undefined): ClassName[] {
  if (text === undefined) return [...CLASS_NAMES];
  const wanted = text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  const unknown = wanted.find((each) => !CLASS_NAMES.some((name) => name === each));
  if (unknown !== undefined || wanted.length === 0) {
    throw new Error(`--only: "${unknown ?? text}" is none of ${CLASS_NAMES.join(', ')}`);
  }
  return CLASS_NAMES.filter((name) => wanted.includes(name));
}

function whole(name: string, text: string | undefined, from: number, to: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from ${from} to ${to}`);
}
