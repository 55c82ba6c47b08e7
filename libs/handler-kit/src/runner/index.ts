/** For workers: loading handlers and running attempts in children that can be killed. */
export type { FetchedFile, FileRequest, LogLevel, LogSource, ToldProgress } from '../attempt-context.js';
export type { HandlerError } from '../describe-error.js';
export type { RetryWish } from '../end-job.js';
export { type AnyDefinition, HandlerLoadError, type LoadedHandler, loadHandlers } from '../load-handlers.js';
export { MAX_RESULT_BYTES } from '../perform-attempt.js';
export { type ResolvedDefinition, withDefaults } from '../resolve-definition.js';
export { createRunner } from './create-runner.js';
export type {
  AttemptInput,
  ChildEvent,
  Outcome,
  OutcomeTimes,
  Runner,
  RunnerClock,
  RunnerEvents,
  RunnerOptions,
} from './runner.contract.js';
