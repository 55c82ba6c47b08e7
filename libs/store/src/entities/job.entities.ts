import type { ArtifactEntry, AttemptError, Backoff, JobState, LogLevel, Progress } from '@windlass/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Columns that the hot row and the finished row share. Written by the operations only; read here. */
abstract class JobColumns {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('text') type: string;
  @Column('int', { name: 'type_version' }) typeVersion: number;
  @Column('text') queue: string;
  @Column('text') state: JobState;
  @Column('smallint') priority: number;
  @Column('int') epoch: number;
  @Column('int') attempt: number;
  @Column('int', { name: 'max_attempts' }) maxAttempts: number;
  @Column('int') releases: number;
  @Column('int') timeouts: number;
  @Column('text') payload: string;
  @Column('text', { array: true }) tags: string[];
  @Column('int', { name: 'soft_ms' }) softMs: number;
  @Column('int', { name: 'hard_ms' }) hardMs: number;
  @Column('jsonb') backoff: Backoff;
  @Column('boolean', { name: 'retry_timeout' }) retryTimeout: boolean;
  @Column('text', { name: 'request_id', nullable: true }) requestId: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'run_at', nullable: true }) runAt: Date | null;
  @Column('timestamptz', { name: 'queued_at', nullable: true }) queuedAt: Date | null;
  @Column('timestamptz', { name: 'started_at', nullable: true }) startedAt: Date | null;
  @Column('uuid', { nullable: true }) token: string | null;
  @Column('text', { nullable: true }) worker: string | null;
  @Column('jsonb', { nullable: true }) progress: Progress | null;
  @Column('jsonb', { nullable: true }) error: AttemptError | null;
  @Column('int') retries: number;
  @Column('int') buries: number;
  @Column('text', { nullable: true }) machine: string | null;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('text', { name: 'dedupe_key', nullable: true }) dedupeKey: string | null;
  @Column('text', { name: 'concurrency_key', nullable: true }) concurrencyKey: string | null;
  @Column('int', { name: 'concurrency_limit', nullable: true }) concurrencyLimit: number | null;
}

/** An unfinished job. */
@Entity('jobs')
export class JobEntity extends JobColumns {
  @Column('int') run: number;
  @Column('text') retention: string;
  @Column('timestamptz', { name: 'dispatch_until', nullable: true }) dispatchUntil: Date | null;
  @Column('timestamptz', { name: 'lease_until', nullable: true }) leaseUntil: Date | null;
  @Column('uuid', { nullable: true }) incarnation: string | null;
  /** Queued, but its concurrency key is used up: not in the lane. */
  @Column('boolean') held: boolean;
}

/** A finished run of a job. */
@Entity('job_history')
export class JobHistoryEntity extends JobColumns {
  @PrimaryColumn('text') retention: string;
  @PrimaryColumn('int') run: number;
  @Column('timestamptz', { name: 'finished_at' }) finishedAt: Date;
  @Column('text') outcome: string;
  @Column('text', { nullable: true }) result: string | null;
  @Column('double precision', { name: 'duration_ms', nullable: true }) durationMs: number | null;
  @Column('bigint', { name: 'peak_rss_bytes', nullable: true }) peakRssBytes: string | null;
  /** A result too large for the row. */
  @Column('jsonb', { name: 'result_file', nullable: true }) resultFile: ArtifactEntry | null;
  @Column('text', { nullable: true }) reason: string | null;
}

/** An attempt whose job was cancelled while it ran. */
@Entity('stopping_attempts')
export class StoppingAttemptEntity {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  @PrimaryColumn('int') run: number;
  @PrimaryColumn('int') epoch: number;
  @Column('uuid') token: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('text') type: string;
  @Column('text') queue: string;
  @Column('text', { name: 'concurrency_key', nullable: true }) concurrencyKey: string | null;
  @Column('text') retention: string;
  @Column('text', { nullable: true }) worker: string | null;
  @Column('uuid', { nullable: true }) incarnation: string | null;
  @Column('timestamptz', { name: 'lease_until' }) leaseUntil: Date;
}

@Entity('job_logs')
export class JobLogEntity {
  @PrimaryColumn('text') retention: string;
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  @PrimaryColumn('int') run: number;
  @PrimaryColumn('int') epoch: number;
  @PrimaryColumn('int') seq: number;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('timestamptz') at: Date;
  @Column('text') level: LogLevel;
  @Column('text') source: string;
  @Column('text') message: string;
}

@Entity('job_events')
export class JobEventEntity {
  @PrimaryColumn('text') retention: string;
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  @PrimaryColumn('int') run: number;
  @PrimaryColumn('int') epoch: number;
  @PrimaryColumn('text') kind: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('boolean') terminal: boolean;
  @Column('timestamptz') at: Date;
  @Column('text', { nullable: true }) worker: string | null;
  @Column('jsonb', { nullable: true }) error: AttemptError | null;
  @Column('text', { nullable: true }) machine: string | null;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('text', { nullable: true }) actor: string | null;
  /** Of the attempt that ended here. */
  @Column('timestamptz', { name: 'started_at', nullable: true }) startedAt: Date | null;
}

@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
  @PrimaryColumn('text', { name: 'tenant_id' }) tenantId: string;
  @PrimaryColumn('text') key: string;
  @Column('text') fingerprint: string;
  @Column('uuid', { name: 'job_id' }) jobId: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('jsonb', { nullable: true }) answer: {
    id: string;
    state: JobState;
    duplicate?: boolean;
    type?: string;
  } | null;
}
