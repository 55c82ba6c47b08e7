import { IdempotencyKeyEntity, JobEntity, JobEventEntity, JobHistoryEntity } from './job.entities.js';
import { JobTypeEntity, LeaderEntity, WorkerEntity } from './registry.entities.js';
import { ApiKeyEntity, ArtifactEntity, FileEntity } from './tenant.entities.js';

export const ENTITIES = [
  JobEntity,
  JobHistoryEntity,
  JobEventEntity,
  IdempotencyKeyEntity,
  JobTypeEntity,
  WorkerEntity,
  LeaderEntity,
  FileEntity,
  ArtifactEntity,
  ApiKeyEntity,
];
export { IdempotencyKeyEntity, JobEntity, JobEventEntity, JobHistoryEntity } from './job.entities.js';
export { JobTypeEntity, LeaderEntity, WorkerEntity } from './registry.entities.js';
export { ApiKeyEntity, ArtifactEntity, FileEntity } from './tenant.entities.js';
