import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessHub, type InProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { createFileStore, type FileStore } from '@windlass/files';
import { createLogger, loadConfig } from '@windlass/service-kit';
import { SignJWT } from 'jose';
import { GatewayConfig } from '../config/gateway.config.js';
import { createGateway, type RunningGateway } from '../create-gateway.js';
import { MemoryCore } from './memory-core.fixture.js';

export const SECRET = 'Zr9vN0s3kQxT6yLw2uFhBjPmA8dCeGi5';
export const ALL_SCOPES = 'jobs:write jobs:read files:write files:read queues:read queues:write audit:read keys:admin';

export interface TestGateway {
  gateway: RunningGateway;
  url: string;
  core: MemoryCore;
  hub: InProcessHub;
  files: FileStore;
  /** Everything that was logged. */
  log: string[];
  /** With the token of tenant `acme` unless told otherwise. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  stop(): Promise<void>;
}

export interface CallOptions {
  headers?: Record<string, string>;
  body?: BodyOf<typeof fetch>;
  json?: unknown;
  /** null: none. */
  token?: string | null;
}
type BodyOf<F extends (input: string, init?: RequestInit) => unknown> = NonNullable<Parameters<F>[1]>['body'];

export interface StartOptions {
  env?: Record<string, string | undefined>;
  /** In place of the store in a temporary directory. */
  files?: (store: FileStore) => FileStore;
  withCore?: boolean;
}

/** A gateway on a free port, with an in-process broker, a store in a temporary directory and a core made of maps. */
export async function startGateway(options: StartOptions = {}): Promise<TestGateway> {
  const root = await mkdtemp(join(tmpdir(), 'windlass-gateway-'));
  const hub = createInProcessHub();
  const broker = hub.connect();
  const coreBroker = hub.connect();
  const core = new MemoryCore();
  if (options.withCore !== false) await core.serve(coreBroker);
  const plain = await createFileStore({ driver: 'directory', root });
  const files = options.files ? options.files(plain) : plain;
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const logger = createLogger({ service: 'gateway', level: 'debug', format: 'json', machine: 'test', destination });
  const gateway = await createGateway(testConfig(options.env), { broker, files, logger, runtime: systemRuntime });
  const token = await sign({});
  return {
    gateway,
    url: gateway.url,
    core,
    hub,
    files,
    log,
    call: (method, path, call = {}) => {
      const headers: Record<string, string> = { ...call.headers };
      if (call.token !== null) headers.authorization ??= `Bearer ${call.token ?? token}`;
      if (call.json !== undefined) headers['content-type'] ??= 'application/json';
      const body = call.json === undefined ? call.body : JSON.stringify(call.json);
      return fetch(`${gateway.url}${path}`, {
        method,
        headers,
        redirect: 'manual',
        ...(body == null ? {} : { body, duplex: 'half' }),
      });
    },
    stop: async () => {
      await gateway.stop();
      await broker.close();
      // Else closing waits for polls that nobody waits for any more.
      core.wake();
      await coreBroker.close();
      await plain.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export function testConfig(env: Record<string, string | undefined> = {}): GatewayConfig {
  return loadConfig(GatewayConfig, {
    PORT: '0',
    HOST: '127.0.0.1',
    RABBITMQ_URL: `amqp://test:${SECRET}@in-process`,
    JWT_SECRET: SECRET,
    LOG_LEVEL: 'debug',
    ...env,
  });
}

export interface TokenOptions {
  claims?: Record<string, unknown>;
  secret?: string;
  /** null: none. */
  exp?: number | null;
  iss?: string;
  aud?: string;
}

/** An HS256 token of tenant `acme` with all scopes but `admin`. */
export function sign(options: TokenOptions): Promise<string> {
  const token = new SignJWT({ tenant: 'acme', scope: ALL_SCOPES, sub: 'tester', ...options.claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(options.iss ?? 'windlass')
    .setAudience(options.aud ?? 'windlass');
  if (options.exp !== null) token.setExpirationTime(options.exp ?? Math.floor(Date.now() / 1000) + 3600);
  return token.sign(new TextEncoder().encode(options.secret ?? SECRET));
}
