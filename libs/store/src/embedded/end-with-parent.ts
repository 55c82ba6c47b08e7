import { type ChildProcess, spawn } from 'node:child_process';

/** Returns at the end of a pipe that only this process holds: also when that was killed. Then a fast shutdown. */
const SCRIPT = 'trap "" HUP INT TERM; while read -r _; do :; done; kill -INT "$1"';

/**
 * Ends a server when this process is gone, however it went: a server in a session of its own would go on for ever. Without a shell
 * it does, until the next start on its directory stops it.
 */
export function endWithParent(server: ChildProcess): void {
  if (server.pid === undefined || process.platform === 'win32') return;
  // Its own group: a signal to ours must not take the guard with it.
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'windlass-guard', String(server.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    cwd: '/',
  });
  guard.unref();
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  // Its pid may be another one's by then.
  server.once('exit', () => guard.kill('SIGKILL'));
}
