import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TOOL_MS = 60_000;

/** Runs a program of the system without a shell and answers what it printed. Rejects with the end of its error output. */
export async function runTool(file: string, ...args: string[]): Promise<string> {
  // Tools for file systems lie where an ordinary PATH does not lead.
  const env = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin', LC_ALL: 'C' };
  const { stdout } = await promisify(execFile)(file, args, { env, timeout: TOOL_MS, maxBuffer: 4 * 1024 * 1024 });
  return stdout.trim();
}
