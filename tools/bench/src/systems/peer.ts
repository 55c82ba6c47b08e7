import { fileURLToPath } from 'node:url';
import { SETTINGS_VARIABLE } from '../bench.config.js';
import type { Target } from '../load/target.js';
import { SpawnedProcess, untilTrue } from '../process/spawn-process.js';

/** Two processes of a peer: the thin HTTP front and the worker. */
export interface PeerProcesses {
  front: string;
  worker: string;
  settings: object;
  directory: string;
}

/** Starts both, and adds them to `running` as soon as they exist. Resolves with where to submit. */
export async function startPeer(peer: PeerProcesses, running: SpawnedProcess[]): Promise<Target> {
  // One after the other: both would otherwise create the peer's tables at the same time.
  await startProcess('worker', peer.worker, peer, running);
  const { port } = await startProcess('http', peer.front, peer, running);
  return { host: '127.0.0.1', port, path: '/', headers: {}, before: '{"example":"data","n":', after: '}' };
}

async function startProcess(
  role: string,
  name: string,
  { settings, directory }: PeerProcesses,
  running: SpawnedProcess[],
): Promise<{ port: number }> {
  const started = new SpawnedProcess({
    role,
    file: fileURLToPath(new URL(`../peers/${name}.process.js`, import.meta.url)),
    env: { [SETTINGS_VARIABLE]: JSON.stringify(settings) },
    directory,
    ipc: true,
  });
  running.push(started);
  let ready: { port: number } | undefined;
  started.child.once('message', (message) => {
    ready = message as { port: number };
  });
  await untilTrue([started], `readiness of ${name}`, async () => ready !== undefined);
  return ready!;
}
