import { escapeIdentifier } from 'pg';
import type { RoleTry } from '../platform/role-try.js';
import type { Tally } from '../report/tally.js';

/** Reads as one tenant, as another, as nobody: of each table that has tenants, only the own rows. */
export async function fuzzRows(
  reader: RoleTry,
  owner: RoleTry,
  tenants: readonly string[],
  tally: Tally,
): Promise<void> {
  const tables = await owner.rows<{ name: string }>(`
    select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relnamespace = 'windlass'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and has_column_privilege('windlass_reader', c.oid, a.attnum, 'select') order by 1`);
  tally.note('tables with tenants', tables.length > 5 ? [] : [`only ${tables.length} found`]);
  for (const { name } of tables) {
    const table = `windlass.${escapeIdentifier(name)}`;
    for (const tenant of [...tenants, '', 'nobody', "' or true --", '%', '*']) {
      await tally.run(`rows of ${name} as ${JSON.stringify(tenant)}`, async () => {
        const seen = await reader.rowsAs<{ tenant: string }>(
          tenant,
          `select distinct tenant_id as tenant from ${table}`,
        );
        const foreign = seen.filter((row) => row.tenant !== tenant);
        return foreign.length === 0 ? [] : [`shows rows of ${foreign.map((row) => row.tenant).join(', ')}`];
      });
    }
    await tally.run(`rows of ${name} without a tenant`, async () => {
      const seen = await reader.rows(`select tenant_id from ${table} limit 1`);
      return seen.length === 0 ? [] : ['shows rows'];
    });
    tally.note(
      `rows of ${name} with row security off`,
      await reader.expectDenied(`select tenant_id from ${table} limit 1`, 'set local row_security = off'),
    );
  }
  // The tenants do have rows: else nothing was tried.
  const [first = ''] = tenants;
  const own = await reader.rowsAs(first, 'select id from windlass.job_history limit 1');
  tally.note('a tenant sees its own rows', own.length === 1 ? [] : ['none']);
}
