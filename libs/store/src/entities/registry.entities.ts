import type { TypeDeclaration, WorkerPresence } from '@windlass/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('job_types')
export class JobTypeEntity {
  @PrimaryColumn('text') name: string;
  @PrimaryColumn('int') version: number;
  @Column('jsonb') declaration: TypeDeclaration;
  @Column('text', { name: 'schema_hash' }) schemaHash: string;
  @Column('timestamptz', { name: 'announced_at' }) announcedAt: Date;
}

@Entity('workers')
export class WorkerEntity {
  @PrimaryColumn('uuid') incarnation: string;
  @Column('text') name: string;
  @Column('text') host: string;
  @Column('int') pid: number;
  @Column('text') version: string;
  @Column('boolean') draining: boolean;
  @Column('jsonb') types: WorkerPresence['types'];
  @Column('timestamptz', { name: 'started_at' }) startedAt: Date;
  @Column('timestamptz', { name: 'beat_at' }) beatAt: Date;
}

@Entity('leaders')
export class LeaderEntity {
  @PrimaryColumn('text') name: string;
  @Column('text') holder: string;
  @Column('bigint') term: string;
  @Column('timestamptz', { name: 'taken_at' }) takenAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
