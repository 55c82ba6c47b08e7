import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Broker, createInProcessHub, type InProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { createFileStore, type FileStore } from '@windlass/files';
import { type Logger, loadConfig } from '@windlass/service-kit';
import { createWorker, type RunningWorker, WorkerConfig } from './index.js';
import { ScriptedCore } from './scripted-core.fixture.js';

/** Compiled, whether this file is or not. */
const HANDLERS = fileURLToPath(new URL('../dist/test-handlers.fixture.js', import.meta.url));

/** Short, so that a test sees many leases pass. */
const BEAT_MS = 50;

export interface TestBed {
  hub: InProcessHub;
  core: ScriptedCore;
  files: FileStore;
  directory: string;
  logs: string[];
  startWorker(environment?: Record<string, string>): Promise<RunningWorker>;
  /** Process ids that handlers of a job told. */
  pids(name: string): Promise<number[]>;
  path(name: string): string;
  close(): Promise<void>;
}

/** A broker, a core and workers in this process, with real children. `connect` brings clients of a real broker instead. */
export async function openTestBed(options: { connect?: () => Promise<Broker> } = {}): Promise<TestBed> {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-worker-'));
  const hub = createInProcessHub();
  const connect = options.connect ?? (async () => hub.connect());
  const breakConnection = () => {
    hub.setState('down');
    setImmediate(() => hub.setState('up'));
  };
  const core = await new ScriptedCore(await connect(), { beatMs: BEAT_MS, breakConnection }).start();
  const files = await createFileStore({ driver: 'directory', root: join(directory, 'files') });
  const logs: string[] = [];
  const workers: RunningWorker[] = [];
  const path = (name: string) => join(directory, name);
  const startWorker = async (environment: Record<string, string> = {}) => {
    const config = loadConfig(WorkerConfig, {
      RABBITMQ_URL: 'amqp://test:q8Zr1Vt0mKc5Yx7LbN3w@not-used',
      HANDLERS,
      JOB_TYPES: 'hash,test.*',
      HEALTH_PORT: '0',
      DRAIN_TIMEOUT_MS: '500',
      SCRATCH_DIRECTORY: path('scratch'),
      ...environment,
    });
    const worker = await createWorker(config, {
      broker: await connect(),
      files,
      logger: collect(logs),
      runtime: systemRuntime,
    });
    workers.push(worker);
    return worker;
  };
  return {
    ...{ hub, core, files, directory, logs, path, startWorker },
    pids: async (name) => (await readFile(path(name), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function collect(lines: string[]): Logger {
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  return logger;
}
