import type { MigrationInterface, QueryRunner } from 'typeorm';
import { FOUNDATION_SQL } from './0001-foundation.sql.js';

/** Schema, roles, row-level security, hot table, partitioned history. Hand-written SQL: TypeORM knows no partitions or policies. */
export class Foundation1700000000001 implements MigrationInterface {
  name = 'Foundation1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of FOUNDATION_SQL) await runner.query(statement);
  }
  async down(): Promise<void> {
    throw new Error('Migrations only go forward: restore a backup instead.');
  }
}
