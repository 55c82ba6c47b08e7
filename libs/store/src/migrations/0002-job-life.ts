import type { MigrationInterface, QueryRunner } from 'typeorm';
import { JOB_LIFE_SQL } from './0002-job-life.sql.js';

/** Columns, tables and functions of a job's whole life: keys, queues, logs, cancel, replay, retention. */
export class JobLife1700000000002 implements MigrationInterface {
  name = 'JobLife1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    // It needs the tables for itself, for some milliseconds. Services that write now would queue up behind it: it gives up and comes again.
    await runner.query(`set local lock_timeout = '1s'`);
    for (const statement of JOB_LIFE_SQL) await runner.query(statement);
  }
  async down(): Promise<void> {
    throw new Error('Migrations only go forward: restore a backup instead.');
  }
}
