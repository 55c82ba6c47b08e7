/** For handlers. The runner that a worker uses stands under `@windlass/handler-kit/runner`, so that no handler loads it. */
export {
  type Backoff,
  defineJob,
  type FileRef,
  type JobContext,
  type JobDefinition,
  type JobFiles,
  type JobLimits,
  type JobRetry,
  type JsonSchema,
} from './define-job.js';
export { CancelJob, FailJob, RetryJob } from './end-job.js';
