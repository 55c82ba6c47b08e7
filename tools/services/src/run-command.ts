import { spawn } from 'node:child_process';

export interface CommandOptions {
  env?: Record<string, string>;
  cwd?: string;
  uid?: number | undefined;
  gid?: number | undefined;
  /** Default 60 s: commands here are local; downloads pass their own. */
  timeoutMs?: number;
  /** Written to standard input. */
  input?: string;
}

/** What is kept of a command's output: enough for an error message, and a bound against a runaway program. */
const OUTPUT_LIMIT = 4 * 1024 * 1024;

/** Runs a program without a shell. Resolves to its standard output; rejects with the end of its error output. */
export function runCommand(file: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { input, timeoutMs = 60_000, uid, gid, ...rest } = options;
  const account = uid === undefined ? {} : { uid, gid };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...rest, ...account, stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      if (out.length < OUTPUT_LIMIT) out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err = (err + chunk).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(out);
      const how = signal ? `was ended by ${signal} (limit ${timeoutMs} ms)` : `ended with code ${code}`;
      reject(new Error(`${file} ${how}: ${(err || out.slice(-2000)).trim()}`));
    });
    child.stdin.on('error', () => {}); // a program that reads nothing may close its input first
    child.stdin.end(input ?? '');
  });
}
