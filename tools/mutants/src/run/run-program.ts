import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  /** Null: it was ended by a signal. */
  code: number | null;
  timedOut: boolean;
  stdout: string;
  /** The last of it. */
  stderr: string;
}

const MAX_STDOUT = 64 * 1_048_576;
const STDERR_TAIL = 4_000;
/** For a tool to stop the servers that it has started, before it is killed. */
const GRACE_MS = 30_000;

/**
 * Runs a Node script to its end. Past `timeoutMs` it is asked to stop, then its process group is killed.
 * @param cwd where it runs
 */
export function runProgram(
  script: string,
  args: readonly string[],
  options: { cwd: string; timeoutMs: number },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A group of its own: what it started and left behind ends with it.
    const child = spawn(process.execPath, [script, ...args], {
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MAX_STDOUT) stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_TAIL);
    });
    const stop = () => child.kill('SIGTERM');
    const kill = () => killGroup(child);
    const soft = setTimeout(() => {
      timedOut = true;
      stop();
    }, options.timeoutMs);
    const hard = setTimeout(kill, options.timeoutMs + GRACE_MS);
    process.on('exit', kill);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(soft);
      clearTimeout(hard);
      process.off('exit', kill);
      kill();
      resolve({ code, timedOut, stdout, stderr });
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
