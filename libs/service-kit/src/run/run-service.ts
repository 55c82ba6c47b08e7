import { type Runtime, systemRuntime } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import { ConfigFault } from '../config/config-fault.js';
import { loadConfig } from '../config/load-config.js';
import type { ServiceConfig } from '../config/service.config.js';
import { createLogger, type Logger } from '../log/create-logger.js';
import { maskText } from '../log/mask-text.js';
import { endOnSignal } from './end-on-signal.js';
import { loadEnvFiles } from './load-env-files.js';

export interface RunningService {
  readonly name: string;
  /** Where it answers over HTTP, if it does. */
  readonly url?: string;
  /** Takes nothing new, finishes or hands back what it has, closes what it opened. Called once. */
  stop(): Promise<void>;
}

export interface ServiceContext {
  logger: Logger;
  runtime: Runtime;
}

export interface RunOptions<T extends ServiceConfig> {
  name: string;
  config: new () => T;
  start(config: T, context: ServiceContext): Promise<RunningService>;
}

/** A service as a process of its own, from its environment to its exit code. Resolves once it runs. */
export async function runService<T extends ServiceConfig>(options: RunOptions<T>): Promise<void> {
  const config = readConfig(options);
  if (!config) return process.exit(1);
  const logger = createLogger({
    service: options.name,
    level: config.logLevel,
    format: config.logFormat,
    machine: config.machine,
  });
  exitOnBugs(logger);
  // Not before signals are heard: the first line of a start may already bring one.
  const started = Promise.resolve().then(() => start(options, config, logger));
  // From now on: a signal that comes during the start waits for its end, as half a service cannot be stopped.
  endOnSignal({
    logger,
    runtime: systemRuntime,
    shutdownTimeoutMs: config.shutdownTimeoutMs,
    stop: async () => (await started).stop(),
  });
  await started;
}

/** The configuration, or undefined after its faults went to standard error: there is no logger yet. */
function readConfig<T extends ServiceConfig>({ name, config }: RunOptions<T>): T | undefined {
  try {
    loadEnvFiles(process.cwd());
    return loadConfig(config, process.env);
  } catch (error) {
    const text = error instanceof ConfigFault ? error.message : `the environment cannot be read: ${messageOf(error)}`;
    process.stderr.write(`${name} does not start. ${maskText(text)}\n`);
    return undefined;
  }
}

async function start<T extends ServiceConfig>(
  options: RunOptions<T>,
  config: T,
  logger: Logger,
): Promise<RunningService> {
  try {
    const service = await options.start(config, { logger, runtime: systemRuntime });
    logger.info({ operation: 'start', ...(service.url ? { url: service.url } : {}) }, `${service.name} is up`);
    return service;
  } catch (error) {
    logger.error({ operation: 'start', error }, `${options.name} could not start: ${messageOf(error)}`);
    return process.exit(1);
  }
}

/** What nobody caught leaves the process in a state that nobody planned: a new one is safer. */
function exitOnBugs(logger: Logger): void {
  const onBug = (error: unknown) => {
    logger.error({ operation: 'bug', error }, `bug, uncaught: ${messageOf(error)}`);
    process.exit(1);
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
}
