import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 50;
/** Longer than any compile; then it is somebody's leftover. */
const GIVE_UP_MS = 120_000;

/** Runs `action` while no other process runs one under this path. A holder that died is no holder. */
export async function withLock(path, action) {
  const untilMs = performance.now() + GIVE_UP_MS;
  while (!take(path)) {
    if (!holderLives(path) || performance.now() > untilMs) rmSync(path, { force: true });
    else await sleep(RETRY_MS);
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderLives(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // Empty between its creation and its content.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    // Released meanwhile, or somebody else's process.
    return error.code === 'EPERM';
  }
}
