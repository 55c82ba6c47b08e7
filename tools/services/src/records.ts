import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from './instance.js';
import type { ProcessIdentity } from './process-group.js';
import { SERVICE_NAMES, type ServiceName } from './service-types.js';

/** What another process must know to use, signal or restart a server: kept beside its data, mode 0600 (it has secrets). */
export interface ServerRecord {
  name: ServiceName;
  /** Where the data lies: the record's own folder, unless that is closed to the server's account. */
  dir: string;
  ports: Record<string, number>;
  secrets: Record<string, string>;
  programs: Programs;
  process?: ProcessIdentity | undefined;
  container?: string | undefined;
}

const fileOf = (stateDir: string, name: ServiceName) => join(stateDir, `${name}.json`);

/** Replaces the record in one step: a reader sees the old or the new one. */
export function writeRecord(stateDir: string, record: ServerRecord): void {
  const file = fileOf(stateDir, record.name);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function readRecord(stateDir: string, name: ServiceName): ServerRecord | undefined {
  const file = fileOf(stateDir, name);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerRecord;
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as Error).message}): delete it and start again`);
  }
}

export function readRecords(stateDir: string): ServerRecord[] {
  if (!existsSync(stateDir)) return [];
  const files = new Set(readdirSync(stateDir));
  const known = SERVICE_NAMES.filter((name) => files.has(`${name}.json`));
  return known.map((name) => readRecord(stateDir, name)).filter((record) => record !== undefined);
}
