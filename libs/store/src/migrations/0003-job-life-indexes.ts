import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Name and definition. An interrupted `concurrently` leaves an invalid index behind: it is dropped and made anew. */
const INDEXES: [name: string, definition: string][] = [
  // The head of a lane, without what waits for its concurrency key. Takes the place of jobs_ready, which stays as long as the version before may run.
  ['jobs_open', `on jobs (queue, type, priority desc, id) where state = 'queued' and not held`],
  // At most one unfinished job with a dedupe key.
  ['jobs_dedupe', `on jobs (tenant_id, dedupe_key) where dedupe_key is not null`],
  // Who has a concurrency key now, and who waits for it, in the order of admission.
  [
    'jobs_holding_key',
    `on jobs (tenant_id, concurrency_key) where concurrency_key is not null and not held and state in ('queued', 'running')`,
  ],
  ['jobs_held', `on jobs (tenant_id, concurrency_key, priority desc, id) where state = 'queued' and held`],
  ['jobs_running_by_queue', `on jobs (queue) where state = 'running'`],
  // Uploads that were begun: those given up are few and old.
  ['files_pending', `on files (created_at) where state = 'pending'`],
  ['jobs_expiring', `on jobs (expires_at) where expires_at is not null and attempt = 0`],
];
const UNIQUE = new Set(['jobs_dedupe']);

/** Indexes are built while the version before goes on writing. */
export class JobLifeIndexes1700000000003 implements MigrationInterface {
  name = 'JobLifeIndexes1700000000003';
  readonly transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of INDEXES) {
      await runner.query(`drop index concurrently if exists ${name}`);
      await runner.query(`create ${UNIQUE.has(name) ? 'unique ' : ''}index concurrently ${name} ${definition}`);
    }
  }
  async down(): Promise<void> {
    throw new Error('Migrations only go forward: restore a backup instead.');
  }
}
