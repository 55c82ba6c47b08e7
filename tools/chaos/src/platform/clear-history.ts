import { clearRecorder } from '@windlass/proof';
import type { Platform } from './open-platform.js';

const TABLES = [
  'jobs',
  'job_history',
  'job_events',
  'job_logs',
  'artifacts',
  'idempotency_keys',
  'stopping_attempts',
  'queue_counts',
  'queue_deltas',
];

/** Takes what a round left out of the database, once it is quiet: the services go on as they are, and the next round is judged by itself. */
export async function clearHistory({ query, past }: Platform, jobs: Iterable<string>): Promise<void> {
  await query(`truncate ${TABLES.map((table) => `windlass.${table}`).join(', ')}`);
  await clearRecorder(query);
  for (const id of jobs) past.add(id);
}
