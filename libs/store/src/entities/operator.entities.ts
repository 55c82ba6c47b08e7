import type { ActionFilter, ActionKind, ActionView } from '@windlass/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Settings of a queue: a named one, or those of a type's own. */
@Entity('queues')
export class QueueEntity {
  @PrimaryColumn('text') name: string;
  @Column('boolean') named: boolean;
  @Column('timestamptz', { name: 'paused_at', nullable: true }) pausedAt: Date | null;
  @Column('int', { name: 'max_running', nullable: true }) maxRunning: number | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'changed_at' }) changedAt: Date;
  @Column('text', { name: 'changed_by' }) changedBy: string;
}

@Entity('job_actions')
export class JobActionEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('text') action: ActionKind;
  @Column('jsonb') filter: ActionFilter;
  @Column('text') state: ActionView['state'];
  @Column('int', { name: 'max_jobs' }) maxJobs: number;
  @Column('int') matched: number;
  @Column('int') changed: number;
  /** The last job that was looked at: the next turn goes on below it. */
  @Column('uuid', { nullable: true }) cursor: string | null;
  @Column('text') actor: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}

@Entity('audit_log')
export class AuditEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('timestamptz') at: Date;
  @Column('text') actor: string;
  @Column('text') action: string;
  @Column('text') object: string;
  @Column('jsonb', { nullable: true }) detail: Record<string, unknown> | null;
}
