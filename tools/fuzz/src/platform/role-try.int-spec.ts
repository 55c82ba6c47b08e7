import { type FreshDatabase, freshDatabase } from '@windlass/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RoleTry } from './role-try.js';

let database: FreshDatabase;
let owner: RoleTry;
beforeAll(async () => {
  database = await freshDatabase();
  owner = await RoleTry.open(database.url);
});
afterAll(async () => {
  await owner.close();
  await database.drop();
});

it('tells what was allowed, what failed for another reason, and lets only a want of privilege pass', async () => {
  expect(await owner.expectDenied('create table kept (n int)')).toEqual(['it was allowed']);
  expect((await owner.expectDenied('select * from nowhere')).join()).toContain('42P01');
  // A superuser who takes off its rights for one statement is denied as anybody is.
  expect(await owner.expectDenied('select * from pg_authid', 'set local role pg_monitor')).toEqual([]);
});

it('leaves nothing behind', async () => {
  expect(await owner.rows("select 1 from pg_tables where tablename = 'kept'")).toEqual([]);
});
