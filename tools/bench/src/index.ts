export { type BenchOptions, readOptions } from './options.js';
export { type BenchRun, describeRun } from './report/page.js';
export { runBench } from './run-bench.js';
