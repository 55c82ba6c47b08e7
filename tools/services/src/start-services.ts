import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ContainerServer, dockerAnswers, startContainer } from './docker-server.js';
import { givenServer } from './given-server.js';
import { type Instance, isReachable, makeOwnedDir, type Programs } from './instance.js';
import { kindOf } from './kinds/kinds.js';
import { LocalServer } from './local-server.js';
import { pickPorts, portIsFree } from './pick-port.js';
import { isAlive } from './process-group.js';
import { findAllPrograms } from './programs/find-programs.js';
import type { Progress } from './programs/progress.js';
import { readRecord, type ServerRecord, writeRecord } from './records.js';
import { makeRunDir, reapAbandonedRuns, removeRunDir } from './run-dir.js';
import { isUnavailable, type Outcome, type ServerHandle, type ServiceName } from './service-types.js';

export interface StartOptions<N extends ServiceName> {
  need: readonly N[];
  /**
   * State folder. Absent: a temporary one, for this process alone. Given (development): servers recorded there are found
   * again, and they outlive us; only Debian packages are used then, since addresses in the environment are for tests.
   */
  dir?: string;
  /**
   * Folders for the data of single servers, which must lie on a volume of their own, say: it can be filled or cut off. Such a server is a
   * process on this machine, from Debian packages. The folder stays when the services stop; the account `nobody` must reach it when root starts them.
   */
  dataDirs?: Partial<Record<N, string>>;
  /** Told what takes long, one line each. Default: silence. */
  progress?: Progress;
}

export interface RunningServices<N extends ServiceName> {
  servers: { [K in N]: Outcome<K> };
  /** Stops all of them; with a temporary state folder the data goes too. */
  stop(): Promise<void>;
}

/**
 * Starts the named servers in parallel, each from the first source that has it: an address in the environment, a Docker
 * engine, Debian packages. Throws an Error that says what to do when one cannot be had; only `rabbitmq4` may come
 * back as `{unavailable}` instead. Nothing is left running after a failure.
 */
export async function startServices<N extends ServiceName>(options: StartOptions<N>): Promise<RunningServices<N>> {
  const progress = options.progress ?? (() => {});
  const names = [...new Set(options.need)];
  const stateDir = options.dir ? openStateDir(resolve(options.dir)) : makeRunDir();
  if (!options.dir) await reapAbandonedRuns();
  const placed = { stateDir, dataDirs: options.dataDirs ?? {}, temporary: options.dir === undefined };
  const outcomes = await startAll(names, placed, progress);
  const handles = outcomes.filter((outcome): outcome is ServerHandle => !isUnavailable(outcome));
  return {
    servers: Object.fromEntries(names.map((name, at) => [name, outcomes[at]])) as { [K in N]: Outcome<K> },
    stop: async () => {
      await Promise.all(handles.map((handle) => (handle instanceof ContainerServer ? handle.remove() : handle.stop())));
      if (!options.dir) removeRunDir(stateDir);
    },
  };
}

/**
 * Installs or unpacks what the named servers need, without starting them: one call of apt-get for all. What cannot be
 * had is left for `startServices` to complain about, since it may not be asked for.
 */
export async function installServices(names: readonly ServiceName[], progress: Progress = () => {}): Promise<void> {
  const wanted = names.filter((name) => !givenServer(name));
  if (wanted.length > 0 && !(await dockerAnswers())) await findAllPrograms([...wanted], progress);
}

function openStateDir(dir: string): string {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o711); // servers of another account reach their own folders, and list nothing
  return dir;
}

interface Placed {
  stateDir: string;
  dataDirs: Partial<Record<ServiceName, string>>;
  /** For this process alone. What outlives us needs records, which containers do not have. */
  temporary: boolean;
}

async function startAll(names: ServiceName[], { stateDir, dataDirs, temporary }: Placed, progress: Progress) {
  const early = new Map<ServiceName, ServerHandle>();
  const isPlaced = (name: ServiceName) => dataDirs[name] !== undefined;
  for (const name of names) {
    const given = temporary && !isPlaced(name) ? givenServer(name) : undefined;
    const handle = temporary ? given : runningServer(name, stateDir);
    if (handle) early.set(name, handle);
  }
  let rest = names.filter((name) => !early.has(name));
  if (temporary && rest.length > 0 && (await dockerAnswers())) {
    for (const name of rest.filter((each) => !isPlaced(each))) {
      const container = await startContainer(name, progress);
      if (container) early.set(name, container);
    }
    rest = rest.filter((name) => !early.has(name));
  }
  const programs = await findAllPrograms(rest, progress);
  const started = await Promise.allSettled(
    names.map(async (name) => {
      const finding = programs.get(name);
      if (!finding) return early.get(name)!;
      if (!isUnavailable(finding)) return startLocal(name, stateDir, finding, dataDirs[name]);
      if (name === 'rabbitmq4') return finding;
      throw new Error(finding.unavailable);
    }),
  );
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    const alive = started.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
    await Promise.all(alive.map((outcome) => (outcome && 'stop' in outcome ? outcome.stop() : undefined)));
    throw failure.reason;
  }
  return started.map((result) => (result as PromiseFulfilledResult<ServerHandle | { unavailable: string }>).value);
}

/** The server that an earlier call left running in this state folder. */
export function runningServer(name: ServiceName, stateDir: string): ServerHandle | undefined {
  const record = readRecord(stateDir, name);
  if (!record?.process || !isAlive(record.process)) return undefined;
  return localServer(name, stateDir, record);
}

function localServer(name: ServiceName, stateDir: string, record: ServerRecord): LocalServer<ServiceName> {
  const instance: Instance = { ...record };
  const remember = (identity: ServerRecord['process']) => writeRecord(stateDir, { ...record, process: identity });
  return new LocalServer(kindOf(name), instance, remember, record.process);
}

/** Starts anew on the recorded ports and secrets, so that what others have noted of this server stays true. */
async function startLocal(
  name: ServiceName,
  stateDir: string,
  programs: Programs,
  ownDir: string | undefined,
): Promise<ServerHandle> {
  const kind = kindOf(name);
  const earlier = readRecord(stateDir, name);
  const ports = earlier && (await portsAreFree(earlier.ports)) ? earlier.ports : await freshPorts(kind.portNames);
  const dir = ownDir ?? earlier?.dir ?? dataDir(stateDir, name);
  makeOwnedDir(dir);
  const secrets = earlier?.secrets ?? kind.freshSecrets();
  const record: ServerRecord = { name, dir, ports, secrets, programs, process: undefined };
  writeRecord(stateDir, record);
  const server = localServer(name, stateDir, record);
  await server.start();
  return server;
}

/** Below the state folder; elsewhere if that is closed (a checkout in root's home, say) to the server's account. */
function dataDir(stateDir: string, name: ServiceName): string {
  if (isReachable(stateDir)) return join(stateDir, name);
  const key = createHash('sha256').update(stateDir).digest('hex').slice(0, 16);
  return join('/var/lib/windlass-services', key, name);
}

async function portsAreFree(ports: Record<string, number>): Promise<boolean> {
  return (await Promise.all(Object.values(ports).map(portIsFree))).every(Boolean);
}

async function freshPorts(names: string[]): Promise<Record<string, number>> {
  const ports = await pickPorts(names.length);
  return Object.fromEntries(names.map((name, at) => [name, ports[at]!]));
}
