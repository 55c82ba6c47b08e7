import { escapeIdentifier } from 'pg';
import {
  FORBIDDEN,
  GRANTED,
  GRANTED_COLUMNS,
  GRANTED_FUNCTIONS,
  PRIVILEGES,
  type Privilege,
  ROLES,
  type Role,
} from '../cases/grant-table.js';
import { RoleTry } from '../platform/role-try.js';
import { sowObjects } from '../platform/sow-objects.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';
import { fuzzRows } from './grant-rows.js';

/** The two roles of the services try everything that they were not granted; the list comes from the catalog. */
export const fuzzGrants: FuzzClass = async (ground, tally) => {
  const { bed, platform } = await ground.deployment();
  const tenants = ['grants-a', 'grants-b'];
  for (const tenant of tenants) await sowObjects(platform, await platform.tokenFor({ tenant }));
  const { ownerUrl, engineUrl, readerUrl } = bed.ground.database.urls;
  await fuzzRoles({ ownerUrl, windlass_engine: engineUrl, windlass_reader: readerUrl }, tally, tenants);
};

export type RoleUrls = Record<Role | 'ownerUrl', string>;

/** Also what the specs run against a database that grants too much. */
export async function fuzzRoles(urls: RoleUrls, tally: Tally, tenants: readonly string[]): Promise<void> {
  const owner = await RoleTry.open(urls.ownerUrl);
  try {
    const catalog = await readCatalog(owner);
    tally.count('relations', catalog.relations.length);
    tally.count('functions', catalog.functions.length);
    for (const role of ROLES) {
      const connection = await RoleTry.open(urls[role]);
      try {
        await fuzzRole(role, connection, catalog, tally);
        if (role === 'windlass_reader') await fuzzRows(connection, owner, tenants, tally);
      } finally {
        await connection.close();
      }
    }
  } finally {
    await owner.close();
  }
}

interface Catalog {
  owner: string;
  relations: { name: string; kind: string; columns: string[] }[];
  /** Table privileges of the roles, those of single columns among them. */
  held: { role: string; name: string; privilege: string }[];
  functions: { name: string; signature: string; types: string[] }[];
}

async function fuzzRole(role: Role, connection: RoleTry, catalog: Catalog, tally: Tally): Promise<void> {
  const deny = async (what: string, sql: string) => tally.note(`${role}: ${what}`, await connection.expectDenied(sql));
  const held = new Set(
    catalog.held.filter((each) => each.role === role).map((each) => `${each.privilege} ${each.name}`),
  );
  for (const relation of catalog.relations) {
    tally.note(`${role}: privileges on ${relation.name}`, heldBeyond(role, relation, held));
    for (const privilege of PRIVILEGES) {
      if (GRANTED[role][relation.name]?.includes(privilege)) continue;
      const sql = tryOf(privilege, relation);
      if (sql) await deny(`${privilege} on ${relation.name}`, sql);
    }
    await fuzzColumns(role, relation, deny);
  }
  for (const each of catalog.functions) {
    if (GRANTED_FUNCTIONS[role].includes(each.name)) continue;
    await deny(
      `call of ${each.signature}`,
      `select windlass.${escapeIdentifier(each.name)}(${each.types.map((type) => `null::${type}`).join(', ')})`,
    );
  }
  for (const sql of FORBIDDEN) await deny(sql, sql.replaceAll('OWNER', escapeIdentifier(catalog.owner)));
  // Else a role that cannot even connect would pass.
  for (const [table, granted] of Object.entries(GRANTED[role]))
    if (granted.includes('select'))
      tally.note(
        `${role}: may read ${table}`,
        await connection.expectAllowed(`select * from windlass.${escapeIdentifier(table)} limit 1`),
      );
}

/** As the catalog tells it, columns included: what cannot be tried by a harmless statement is seen here. */
function heldBeyond(role: Role, { name, kind }: Catalog['relations'][number], held: ReadonlySet<string>): string[] {
  if (kind === 'S') return [];
  return PRIVILEGES.filter(
    (privilege) =>
      held.has(`${privilege} ${name}`) &&
      !GRANTED[role][name]?.includes(privilege) &&
      !(privilege === 'select' && name in GRANTED_COLUMNS[role]),
  ).map((privilege) => `it has ${privilege}`);
}

async function fuzzColumns(
  role: Role,
  relation: Catalog['relations'][number],
  deny: (what: string, sql: string) => Promise<void>,
): Promise<void> {
  const open = GRANTED_COLUMNS[role][relation.name];
  if (!open) return;
  for (const column of relation.columns.filter((each) => !open.includes(each)))
    await deny(
      `column ${relation.name}.${column}`,
      `select ${escapeIdentifier(column)} from windlass.${escapeIdentifier(relation.name)} limit 1`,
    );
}

/** A statement that needs the privilege and would change nothing beyond its transaction, which is rolled back. */
function tryOf(privilege: Privilege, { name, kind, columns }: Catalog['relations'][number]): string | undefined {
  const table = `windlass.${escapeIdentifier(name)}`;
  const column = escapeIdentifier(columns.at(-1) ?? 'id');
  if (kind === 'S') return privilege === 'select' ? `select nextval('${table}')` : undefined;
  switch (privilege) {
    case 'select':
      return `select * from ${table} limit 1`;
    case 'insert':
      return `insert into ${table} default values`;
    case 'update':
      return `update ${table} set ${column} = ${column} where false`;
    case 'delete':
      return `delete from ${table} where false`;
    case 'truncate':
      return `truncate ${table}`;
    case 'trigger':
      return `create trigger forged after insert on ${table} execute function windlass.note_late_end()`;
    default:
      return undefined;
  }
}

async function readCatalog(owner: RoleTry): Promise<Catalog> {
  const [{ owner: name = '' } = {}] = await owner.rows<{ owner: string }>(
    `select pg_get_userbyid(relowner) as owner from pg_class where oid = 'windlass.jobs'::regclass`,
  );
  const relations = await owner.rows<Catalog['relations'][number]>(`
    select c.relname as name, c.relkind as kind, coalesce(array_agg(a.attname::text) filter (where a.attnum > 0 and not a.attisdropped and a.attidentity = ''), '{}') as columns
    from pg_class c left join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'windlass'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    group by c.oid order by c.relname`);
  const functions = await owner.rows<Catalog['functions'][number]>(`
    select p.proname as name, p.oid::regprocedure::text as signature,
      coalesce((select array_agg(format_type(t, null)) from unnest(p.proargtypes) t), '{}') as types
    from pg_proc p where p.pronamespace = 'windlass'::regnamespace and p.prorettype <> 'trigger'::regtype order by p.proname`);
  const held = await owner.rows<Catalog['held'][number]>(`
    select r as role, c.relname as name, p as privilege
    from pg_class c, unnest(array['windlass_engine', 'windlass_reader']) r,
      unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
    where c.relnamespace = 'windlass'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and (has_table_privilege(r, c.oid, p)
        or p in ('select', 'insert', 'update', 'references') and has_any_column_privilege(r, c.oid, p))`);
  return { owner: name, relations, functions, held };
}
