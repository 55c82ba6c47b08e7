export { CLASS_NAMES, type ClassName } from './classes/fuzz-class.js';
export { type FuzzOptions, readOptions } from './options.js';
export { type FuzzReport, runFuzz } from './run-fuzz.js';
