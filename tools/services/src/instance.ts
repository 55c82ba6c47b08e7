import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AddressOf, Origin, ServiceName } from './service-types.js';
import { runsAsRoot } from './services.config.js';

/** Executables of one service and what their environment needs, wherever they were found. */
export interface Programs {
  origin: Origin;
  /** Absolute paths by the names that the service's kind asks for. */
  bin: Record<string, string>;
  env: Record<string, string>;
}

/** One private server: its folder, ports and secrets. Everything of it can be rebuilt from this. */
export interface Instance {
  name: ServiceName;
  dir: string;
  ports: Record<string, number>;
  secrets: Record<string, string>;
  programs: Programs;
}

export interface Launch {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** How one kind of server is prepared, launched and asked whether it answers. */
export interface ServiceKind<N extends ServiceName> {
  name: N;
  portNames: string[];
  freshSecrets(): Record<string, string>;
  /** Writes configuration and, on the first time, data. Repeatable. */
  prepare(instance: Instance): Promise<void>;
  launch(instance: Instance): Launch;
  answers(instance: Instance): Promise<boolean>;
  address(instance: Instance): AddressOf[N];
  /** Asks the leader for an orderly stop. */
  stopSignal: NodeJS.Signals;
  /** How long a start may take on a loaded machine. */
  startMs: number;
}

/** PostgreSQL refuses to run as root, and the others need no privilege either: as root, servers run as nobody. */
export const account: { uid: number; gid: number } | undefined = runsAsRoot ? { uid: 65534, gid: 65534 } : undefined;

export function secret(bytes = 18): string {
  return randomBytes(bytes).toString('base64url').replace(/[-_]/g, 'x');
}

/** Writes a file of the instance, readable by its server only. */
export function writeOwned(instance: Instance, name: string, text: string, mode = 0o600): string {
  const path = join(instance.dir, name);
  if (existsSync(path)) chmodSync(path, 0o600); // an earlier start may have left it read-only
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  if (account) chownSync(path, account.uid, account.gid);
  return path;
}

export function makeOwnedDir(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
}

/** Whether the account that servers run as can reach into `path`: every folder above must let others through. */
export function isReachable(path: string): boolean {
  if (!account) return true;
  for (let at = resolve(path); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
