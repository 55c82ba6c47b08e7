export { type Counterexample, checkSequences, type Looked, type SequenceOptions } from './check-sequences.js';
export type { Lifecycle } from './job-record.js';
