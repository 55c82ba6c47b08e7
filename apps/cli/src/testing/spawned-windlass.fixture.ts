import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/windlass.mjs', import.meta.url));
/** A busy machine takes its time; whatever hangs ends here. */
const RUN_LIMIT_MS = 120_000;

export interface Finished {
  exitCode: number | null;
  out: string;
  err: string;
}

export interface Place {
  cwd: string;
  env?: Record<string, string>;
}

/** Runs the real command to its end. */
export async function windlass(place: Place, ...args: string[]): Promise<Finished> {
  const child = start(place, args);
  const finished = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    finished.out += text;
  });
  child.stderr.on('data', (text) => {
    finished.err += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS);
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { exitCode, ...finished };
}

export interface SpawnedDev {
  url: string;
  token: string;
  pid: number;
  /** Sends the signal and answers the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** `windlass dev --json`, from the line that it prints once ready. */
export async function windlassDev(place: Place, ...args: string[]): Promise<SpawnedDev> {
  const child = start(place, ['dev', '--json', '--port', '0', ...args]);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let err = '';
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ready = new Promise<{ url: string; token: string }>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"url"')) resolve(JSON.parse(line));
    });
  });
  const first = await Promise.race([ready, exited]);
  if (first === null || typeof first === 'number') throw new Error(`windlass dev ended with ${first}: ${err}`);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { ...first, pid: child.pid ?? 0, end };
}

function start({ cwd, env }: Place, args: string[]) {
  // Nothing of whoever runs the tests: neither a service of theirs nor a context.
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH: searchPath(), HOME: cwd, XDG_CONFIG_HOME: `${cwd}/config`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}

function searchPath(): string {
  return process.env.PATH ?? '';
}
