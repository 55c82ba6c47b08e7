import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRunner, loadHandlers } from '@windlass/handler-kit/runner';

/** A process with children in every state, for the spec to kill: argv is its directory. Prints the pids of all children. */
const dir = process.argv[2]!;
mkdirSync(dir, { recursive: true });
const pids: number[] = [];
const runner = createRunner({
  handlers: await loadHandlers([new URL('./rogue-handlers.spec.fixture.js', import.meta.url).href], { baseDir: dir }),
  scratchRoot: join(dir, 'scratch'),
  heavySpare: 2,
  events: {
    onOutcome: (key, outcome) => console.error(key, outcome),
    onLog: () => {},
    onProgress: () => {},
    onFileRequest: async () => {},
    onChild: ({ kind, pid }) => kind === 'started' && pids.push(pid),
  },
});
await runner.warm();
const attempt = (key: string, type: string, payload: unknown) => ({
  ...{
    key,
    type,
    version: 1,
    jobId: key,
    attempt: 1,
    payload: JSON.stringify(payload),
    softMs: 600_000,
    hardMs: 900_000,
  },
});
runner.run([
  attempt('idle', 'rogue.idle', { pidFile: join(dir, 'idle') }),
  attempt('spin', 'rogue.spin', { pidFile: join(dir, 'spin') }),
  attempt('tiny', 'tiny.count', { sink: join(dir, 'tiny'), n: 1, spinning: true }),
]);
setInterval(() => console.log(JSON.stringify([...new Set(pids)])), 50);
