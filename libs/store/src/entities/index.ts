import {
  IdempotencyKeyEntity,
  JobEntity,
  JobEventEntity,
  JobHistoryEntity,
  JobLogEntity,
  StoppingAttemptEntity,
} from './job.entities.js';
import { AuditEntity, JobActionEntity, QueueEntity } from './operator.entities.js';
import { JobTypeEntity, LeaderEntity, WorkerEntity } from './registry.entities.js';
import { ApiKeyEntity, ArtifactEntity, FileEntity } from './tenant.entities.js';

export const ENTITIES = [
  JobEntity,
  JobHistoryEntity,
  JobEventEntity,
  JobLogEntity,
  StoppingAttemptEntity,
  IdempotencyKeyEntity,
  QueueEntity,
  JobActionEntity,
  AuditEntity,
  JobTypeEntity,
  WorkerEntity,
  LeaderEntity,
  FileEntity,
  ArtifactEntity,
  ApiKeyEntity,
];
export {
  IdempotencyKeyEntity,
  JobEntity,
  JobEventEntity,
  JobHistoryEntity,
  JobLogEntity,
  StoppingAttemptEntity,
} from './job.entities.js';
export { AuditEntity, JobActionEntity, QueueEntity } from './operator.entities.js';
export { JobTypeEntity, LeaderEntity, WorkerEntity } from './registry.entities.js';
export { ApiKeyEntity, ArtifactEntity, FileEntity } from './tenant.entities.js';
