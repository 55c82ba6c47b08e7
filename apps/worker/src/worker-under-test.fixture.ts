import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInProcessHub, type InProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { createDirectoryStore, type FileStore } from '@windlass/files';
import { type Logger, loadConfig } from '@windlass/service-kit';
import { createWorker, type RunningWorker, WorkerConfig } from './index.js';
import { ScriptedCore } from './scripted-core.fixture.js';

/** Compiled, whether this file is or not. */
const HANDLERS = fileURLToPath(new URL('../dist/test-handlers.fixture.js', import.meta.url));

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

/** A broker, a core and a worker in this process, with real children. */
export async function openTestBed(options: { beatMs?: number } = {}): Promise<TestBed> {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-worker-'));
  const hub = createInProcessHub();
  const core = await new ScriptedCore(hub, options.beatMs).start();
  const files = createDirectoryStore({ root: join(directory, 'files') });
  const logs: string[] = [];
  const workers: RunningWorker[] = [];
  const path = (name: string) => join(directory, name);
  const startWorker = async (environment: Record<string, string> = {}) => {
    const config = loadConfig(WorkerConfig, {
      RABBITMQ_URL: 'amqp://not-used',
      HANDLERS,
      JOB_TYPES: 'hash,test.*',
      HEALTH_PORT: '0',
      DRAIN_TIMEOUT_MS: '500',
      SCRATCH_DIRECTORY: path('scratch'),
      ...environment,
    });
    const worker = await createWorker(config, {
      broker: hub.connect(),
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

function collect(lines: string[]): Logger {
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  return logger;
}
