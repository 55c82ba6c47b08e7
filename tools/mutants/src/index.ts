export type { Breaks, Edit, Killer, Mutant } from './mutant.js';
export { MUTANTS } from './mutants.js';
export { type MutantsReport, runMutants } from './run/run-mutants.js';
