/** For handlers. The runner that a worker uses stands under `@windlass/handler-kit/runner`, so that no handler loads it. */
export {
  type Backoff,
  defineJob,
  FailJob,
  type FileRef,
  type JobContext,
  type JobDefinition,
  type JobFiles,
  type JobLimits,
  type JobRetry,
  type JsonSchema,
  RetryJob,
} from './define-job.js';
