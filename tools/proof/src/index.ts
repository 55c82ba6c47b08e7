export { checkHistory } from './check/check-history.js';
export { describeVerdict, isClean } from './describe-verdict.js';
export { type Draw, drawFrom } from './draw.js';
export type * from './history.js';
export { clearRecorder, installRecorder, type Query, type RecorderOptions } from './recorder/install-recorder.js';
export { readHistoryRows } from './recorder/read-history-rows.js';
export type { Witness } from './recorder/trigger-functions.sql.js';
