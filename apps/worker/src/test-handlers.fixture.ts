import { appendFileSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, FailJob } from '@windlass/handler-kit';

// Loaded by real children, which is why it must be compiled.

const anything = { payload: {}, result: {} };

/** Runs until a file appears. Tells its process id first, by a line in another. */
const wait = defineJob<{ startedFile: string; untilFile: string }, string>({
  ...anything,
  name: 'test.wait',
  slots: 1,
  run: async ({ startedFile, untilFile }, { progress }) => {
    appendFileSync(startedFile, `${process.pid}\n`);
    progress(50, 'waiting');
    while (!existsSync(untilFile)) await sleep(10);
    return 'waited';
  },
});

/** Never looks at its signal and never lets the event loop go on. */
const spin = defineJob<{ startedFile: string }>({
  ...anything,
  name: 'test.spin',
  slots: 2,
  run: ({ startedFile }) => {
    appendFileSync(startedFile, `${process.pid}\n`);
    for (;;);
  },
});

const echo = defineJob({ ...anything, name: 'test.echo', weight: 'tiny', slots: 64, run: (payload) => payload });

/** Tiny, yet it may take as long as it is told. */
const nap = defineJob<{ startedFile: string; untilFile: string }, string>({
  ...anything,
  name: 'test.nap',
  weight: 'tiny',
  slots: 4,
  run: wait.run,
});

const copy = defineJob<{ fileId: string }, { size: number }>({
  ...anything,
  name: 'test.copy',
  run: async ({ fileId }, { files, progress }) => {
    const input = await files.fetch(fileId);
    progress(50, 'read');
    await files.put('copies/copy.txt', await readFile(input.path), { contentType: 'text/plain' });
    return { size: input.size };
  },
});

const refuse = defineJob({
  ...anything,
  name: 'test.refuse',
  run: () => {
    throw new FailJob('no such thing', 'test.nothing');
  },
});

const needsTool = defineJob({ ...anything, name: 'test.tool', tools: ['windlass-no-such-program'], run: () => 1 });

export default [wait, spin, echo, nap, copy, refuse, needsTool];
