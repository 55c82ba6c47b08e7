import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.js';
import { MUTANTS } from './mutants.js';

export interface MutantsOptions {
  mutants: readonly Mutant[];
  json: boolean;
  /** Only say which there are. */
  list: boolean;
}

export const USAGE = `pnpm mutants [--only NAME,NAME] [--short] [--list] [--json]
Breaks the code on a copy, in one place at a time, and runs the tool that has to see it: model, simulation or chaos. Exits with 1 if
one of them was not seen.
  --only   these, or all whose killer is so named: model, simulation, chaos
  --short  the few that are quick
  --list   names, what each breaks and who must see it; runs nothing
  --json   one JSON document {"total","caught","escaped","mutants"} on standard output`;

/** @throws Error that says what is wrong with the command line */
export function readOptions(args: string[]): MutantsOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { only, short, list, json } = values;
  if (short && only !== undefined) throw new Error('--short has its own choice; leave out --only');
  return { mutants: only === undefined ? (short ? shortOnes() : MUTANTS) : named(only), json, list };
}

/** The first try has to do: what is left after it would take longer than the rest of the checks. */
function shortOnes(): Mutant[] {
  return MUTANTS.filter((each) => each.short).map((each) => ({
    ...each,
    killer: { ...each.killer, tries: each.killer.tries.slice(0, 1) },
  }));
}

function named(only: string): Mutant[] {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const isNamed = ({ name, killer }: Mutant, by: string) => name === by || killer.tool === by;
  const unknown = names.filter((name) => !MUTANTS.some((mutant) => isNamed(mutant, name)));
  if (unknown.length > 0 || names.length === 0) {
    throw new Error(`--only: there is no mutant "${unknown.join(', ')}"; --list names them`);
  }
  return MUTANTS.filter((mutant) => names.some((name) => isNamed(mutant, name)));
}
