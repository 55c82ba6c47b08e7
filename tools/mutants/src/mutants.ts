import { ACCEPT } from './list/accept.mutants.js';
import { DECISIONS } from './list/decisions.mutants.js';
import { ENDS } from './list/ends.mutants.js';
import { FENCING } from './list/fencing.mutants.js';
import { PROCESSES } from './list/processes.mutants.js';
import { RIVER } from './list/river.mutants.js';
import type { Mutant } from './mutant.js';

export const MUTANTS: readonly Mutant[] = [...DECISIONS, ...ACCEPT, ...ENDS, ...FENCING, ...RIVER, ...PROCESSES];
