/** What a caller can do about a fault; decides retry and logging everywhere. */
export type FaultKind =
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'forbidden'
  | 'retryable'
  | 'terminal'
  | 'cancelled'
  | 'bug';

interface CodeEntry {
  kind: FaultKind;
  /** HTTP status when the fault reaches the outer contract. */
  status: number;
  title: string;
}

const code = (kind: FaultKind, status: number, title: string): CodeEntry => ({ kind, status, title });

/** Every code that leaves a service, as `<stage>.<specific>`. The one truth for HTTP status and kind. */
export const FAULT_CODES = {
  'http.body-malformed': code('invalid', 400, 'The body is not valid JSON'),
  'http.request-malformed': code('invalid', 400, 'The request is not valid HTTP'),
  'http.body-too-deep': code('invalid', 400, 'The body is nested too deeply'),
  'http.body-too-large': code('invalid', 413, 'The body is too large'),
  'http.content-type-unsupported': code('invalid', 415, 'The content type is not supported'),
  'http.headers-too-large': code('invalid', 431, 'The headers are too large'),
  'http.fields-invalid': code('invalid', 400, 'Some fields are not valid'),
  'http.method-not-allowed': code('invalid', 405, 'The method is not allowed here'),
  'http.route-unknown': code('not-found', 404, 'There is no such route'),
  'http.rate-limited': code('retryable', 429, 'Too many requests'),
  'http.overloaded': code('retryable', 503, 'Too many requests are under way'),
  'http.request-timeout': code('retryable', 408, 'The request took too long to arrive'),
  'auth.token-missing': code('forbidden', 401, 'A bearer token is required'),
  'auth.token-invalid': code('forbidden', 401, 'The bearer token is not valid'),
  'auth.scope-missing': code('forbidden', 403, 'The token lacks a scope'),
  'auth.keys-unavailable': code('retryable', 503, 'The issuer of tokens did not answer'),
  'submit.type-unknown': code('invalid', 422, 'The job type is not known'),
  'submit.payload-invalid': code('invalid', 422, 'The payload does not match the schema of its job type'),
  'submit.key-reused': code('conflict', 422, 'The Idempotency-Key was used with another request'),
  'submit.key-in-progress': code('retryable', 409, 'A request with this Idempotency-Key is under way'),
  'submit.duplicate': code('conflict', 409, 'An unfinished job has this dedupeKey'),
  'submit.queue-unknown': code('invalid', 422, 'There is no such queue'),
  'submit.not-accepted': code('retryable', 503, 'The job was not accepted'),
  'cancel.job-finished': code('conflict', 409, 'The job has ended already'),
  'replay.job-unfinished': code('conflict', 409, 'The job has not ended yet'),
  'replay.duplicate': code('conflict', 409, 'Another unfinished job has its dedupeKey'),
  'actions.unknown': code('not-found', 404, 'There is no such action'),
  'actions.too-many': code('retryable', 429, 'Too many actions are running'),
  'queues.unknown': code('not-found', 404, 'There is no such queue'),
  'queues.not-empty': code('conflict', 409, 'The queue still has jobs'),
  'claim.version-conflict': code('conflict', 409, 'Two schemas for one job type and version'),
  'read.job-unknown': code('not-found', 404, 'There is no such job'),
  'read.result-not-ready': code('conflict', 409, 'The job has no result yet'),
  'read.cursor-invalid': code('invalid', 400, 'The cursor is not valid'),
  'read.artifact-unknown': code('not-found', 404, 'There is no such artifact'),
  'files.unknown': code('not-found', 404, 'There is no such file'),
  'files.too-large': code('invalid', 413, 'The file is too large'),
  'files.type-refused': code('invalid', 415, 'Files of this type are not accepted'),
  'files.checksum-mismatch': code('invalid', 422, 'The content does not match the checksum'),
  'files.changed': code('conflict', 409, 'The stored object is not the one that was recorded'),
  'files.upload-unknown': code('not-found', 404, 'There is no such upload'),
  'files.upload-incomplete': code('conflict', 409, 'The upload has not arrived yet'),
  'files.key-invalid': code('invalid', 400, 'The object key or name is not allowed'),
  'files.presign-unsupported': code('invalid', 409, 'This storage has no presigned URLs'),
  'files.unavailable': code('retryable', 503, 'The file storage did not answer'),
  'schedule.when-invalid': code('invalid', 422, 'It is not clear when the schedule fires'),
  'schedule.cron-invalid': code('invalid', 422, 'The cron expression is not valid'),
  'schedule.zone-unknown': code('invalid', 422, 'There is no such time zone'),
  'schedule.never-fires': code('invalid', 422, 'The schedule would never fire'),
  'keys.unknown': code('not-found', 404, 'There is no such API key'),
  'broker.unavailable': code('retryable', 503, 'The message broker did not answer'),
  'broker.timeout': code('retryable', 503, 'The service behind did not answer in time'),
  'broker.circuit-open': code('retryable', 503, 'The service behind has not answered for a while'),
  'broker.unreadable': code('terminal', 500, 'A message could not be read'),
  'store.unavailable': code('retryable', 503, 'The database did not answer'),
  'store.data-refused': code('invalid', 422, 'The database refused the data'),
  'internal.bug': code('bug', 500, 'Something went wrong on our side'),
} as const satisfies Record<string, CodeEntry>;

export type FaultCode = keyof typeof FAULT_CODES;
