import { kindOf } from '../kinds/kinds.js';
import { isAlive } from '../process-group.js';
import { readRecord } from '../records.js';
import type { ServiceName } from '../service-types.js';
import { DEVELOPMENT } from './bring-up.js';
import { stateDirOf } from './development-files.js';

export interface StatusRow {
  service: ServiceName;
  state: 'answers' | 'silent' | 'stopped';
  origin: string;
  pid: string;
  port: string;
  data: string;
}

/** One row per development service. `silent`: the process runs but does not answer. */
export function describeStatus(root: string): Promise<StatusRow[]> {
  return Promise.all(DEVELOPMENT.map((name) => rowFor(root, name)));
}

async function rowFor(root: string, name: ServiceName): Promise<StatusRow> {
  const record = readRecord(stateDirOf(root), name);
  if (!record) return { service: name, state: 'stopped', origin: '-', pid: '-', port: '-', data: '-' };
  const alive = record.process !== undefined && isAlive(record.process);
  const answers = alive && (await kindOf(name).answers(record));
  return {
    service: name,
    state: answers ? 'answers' : alive ? 'silent' : 'stopped',
    origin: record.programs.origin,
    pid: alive ? String(record.process?.pid) : '-',
    port: String(Object.values(record.ports)[0]),
    data: record.dir,
  };
}

export function formatTable(rows: StatusRow[]): string {
  const columns = ['service', 'state', 'origin', 'pid', 'port', 'data'] as const;
  const width = (column: (typeof columns)[number]) => Math.max(column.length, ...rows.map((row) => row[column].length));
  const line = (cell: (column: (typeof columns)[number]) => string) =>
    columns
      .map((column) => cell(column).padEnd(width(column)))
      .join('  ')
      .trimEnd();
  return [line((column) => column), ...rows.map((row) => line((column) => row[column]))].join('\n');
}
