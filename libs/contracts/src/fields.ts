import { type Static, Type } from '@sinclair/typebox';

/** Field shapes that several messages share. Times are ms since the epoch, durations ms. */
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
export const Millis = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
export const TypeName = Type.String({ pattern: '^[a-z0-9][a-z0-9-]*(\\.[a-z0-9][a-z0-9-]*)*$', maxLength: 100 });
export const TenantId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', maxLength: 64 });

/** Names one attempt. Every write of an attempt carries it and is a compare-and-set on it (decision 3). */
export const AttemptRef = Type.Object({
  jobId: Uuid,
  run: Type.Integer({ minimum: 1 }),
  epoch: Type.Integer({ minimum: 1 }),
  token: Uuid,
});
export type AttemptRef = Static<typeof AttemptRef>;

const DelayMs = Type.Integer({ minimum: 0, maximum: 86_400_000 });
const Jitter = Type.Optional(Type.Number({ minimum: 0, maximum: 1 }));

/** How long a retry waits: see `retryDelayMs` in the lifecycle. */
export const Backoff = Type.Union([
  Type.Object({
    kind: Type.Union([Type.Literal('fixed'), Type.Literal('exponential')]),
    delayMs: DelayMs,
    maxDelayMs: Type.Optional(DelayMs),
    jitter: Jitter,
  }),
  /** One delay for each retry; the last one serves for all further ones. */
  Type.Object({
    kind: Type.Literal('list'),
    delaysMs: Type.Array(DelayMs, { minItems: 1, maxItems: 100 }),
    jitter: Jitter,
  }),
]);
export type Backoff = Static<typeof Backoff>;

/** 9 is the most urgent. */
export const Priority = Type.Integer({ minimum: 0, maximum: 9 });
/** The names that people use for them. */
export const PRIORITIES = { critical: 9, high: 6, normal: 3, low: 1 } as const;
/** A queue is that of a type and has its name, or one that an operator has made. */
export const QueueName = TypeName;
/** Keys that clients choose: printable, compared byte for byte, one name space per tenant. */
export const ClientKey = Type.String({ minLength: 1, maxLength: 255 });
export const Retention = Type.Union([Type.Literal('short'), Type.Literal('standard'), Type.Literal('long')]);
export type Retention = Static<typeof Retention>;
export const LogLevel = Type.Union([
  Type.Literal('debug'),
  Type.Literal('info'),
  Type.Literal('warn'),
  Type.Literal('error'),
]);
export type LogLevel = Static<typeof LogLevel>;
/** Who asked for it: the subject of the token. */
export const Actor = Type.String({ minLength: 1, maxLength: 255 });

export const JobState = Type.Union([
  Type.Literal('blocked'),
  Type.Literal('scheduled'),
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('expired'),
]);
export type JobState = Static<typeof JobState>;

/** The handler's own error, or the platform's word for how an attempt ended. Bounded where it is made. */
export const AttemptError = Type.Object({
  class: Type.String({ maxLength: 256 }),
  code: Type.Optional(Type.String({ maxLength: 256 })),
  message: Type.String({ maxLength: 8192 }),
  stack: Type.Optional(Type.String({ maxLength: 32768 })),
});
export type AttemptError = Static<typeof AttemptError>;

export const Progress = Type.Object({
  percent: Type.Number({ minimum: 0, maximum: 100 }),
  message: Type.Optional(Type.String({ maxLength: 1024 })),
  /** The step that the handler is in, such as `meshing`. */
  phase: Type.Optional(Type.String({ maxLength: 100 })),
});
export type Progress = Static<typeof Progress>;

/** An object that an attempt wrote, as it is promoted by the completion. */
export const ArtifactEntry = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  key: Type.String({ maxLength: 512 }),
  size: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  etag: Type.String({ maxLength: 256 }),
  contentType: Type.String({ maxLength: 255 }),
});
export type ArtifactEntry = Static<typeof ArtifactEntry>;
