import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mintToken, type TokenIssuer } from '@windlass/testing';
import { cleanEnvironment } from '../fuzz.config.js';
import type { Platform } from './platform.js';
import { reachPlatform } from './reach-platform.js';

const WINDLASS = fileURLToPath(new URL('../../../../apps/cli/bin/windlass.mjs', import.meta.url));
const START_MS = 90_000;
const STOP_MS = 40_000;
const KEPT_LOG = 20_000;

/** Whose tokens can be forged well, since the secret is known. */
export interface DevPlatform extends Platform {
  readonly issuer: TokenIssuer;
}

/** Starts the whole platform as `windlass dev` starts it, in a process of its own on a new directory. */
export async function startPlatform(): Promise<DevPlatform> {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-fuzz-'));
  const child = spawn(
    process.execPath,
    [WINDLASS, 'dev', '--port', '0', '--data', directory, '--log-level', 'error', '--log-format', 'json', '--json'],
    { cwd: directory, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-KEPT_LOG);
  });
  const stop = async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  // Whoever ends this process by force must not leave the platform behind.
  process.once('exit', () => child.kill('SIGKILL'));
  try {
    const { url } = await firstLine(child, () => log);
    const secret = (await readFile(join(directory, 'jwt-secret'), 'utf8')).trim();
    const issuer = { secret, issuer: 'windlass-dev', audience: 'windlass' };
    return {
      ...(await reachPlatform(url, (claims) => mintToken(issuer, claims))),
      issuer,
      stop,
      get errors() {
        return log;
      },
      get isRunning() {
        return child.exitCode === null && child.signalCode === null;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstLine(child: ChildProcess, log: () => string): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`windlass dev was not ready in ${START_MS} ms: ${log()}`)),
      START_MS,
    );
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`windlass dev ended with ${code ?? signal}: ${log()}`));
    });
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as { url: string });
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(impatient);
}
