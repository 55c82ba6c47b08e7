import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../apps/cli/bin/windlass.mjs', import.meta.url));
/** A first start makes a database; a busy machine takes its time. */
const READY_MS = 90_000;
/** `windlass dev` bounds its own end at 30 s. */
const STOP_MS = 35_000;

/**
 * Starts a Node program and waits for the line of its output in which `find` finds something.
 * @returns what was found, and how to stop the program
 */
export async function startProgram(args, env, find) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  };
  const found = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value = find(line);
      if (value !== undefined) resolve(value);
    });
  });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, READY_MS);
  });
  const value = await Promise.race([found, exited.then(() => undefined), late]);
  clearTimeout(timer);
  if (value !== undefined) return { value, stop };
  await stop();
  throw new Error(`${args[0]} did not get ready.`);
}

/** `windlass dev` on a free port. @returns its url and token, and how to stop it */
export async function startPlatform(dataDirectory, workerSettings) {
  const args = [CLI, 'dev', '--port', '0', '--json', '--data', dataDirectory];
  const { value, stop } = await startProgram(args, workerSettings, (line) =>
    line.startsWith('{"url"') ? JSON.parse(line) : undefined,
  );
  return { ...value, stop };
}
