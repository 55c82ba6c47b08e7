import { appendFileSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, FailJob, type JobDefinition } from '@windlass/handler-kit';

// Loaded by real children, which is why it must be compiled.

const anything = { payload: {}, result: {} };

/** Runs until a file appears. Tells its process id first, by a line in another. */
const wait = defineJob<{ startedFile: string; untilFile: string }, string>({
  ...anything,
  name: 'test.wait',
  slots: 1,
  run: async ({ startedFile, untilFile }, { progress }) => {
    appendFileSync(startedFile, `${process.pid}\n`);
    progress(50, 'waiting', 'hall');
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

/** Tiny, and one of them may block its child for ever. */
const churn = defineJob<{ startedFile: string; n: number; spin?: boolean }, number>({
  ...anything,
  name: 'test.churn',
  weight: 'tiny',
  slots: 8,
  run: ({ startedFile, n, spin: spins }) => {
    appendFileSync(startedFile, `${n}\n`);
    while (spins);
    return n;
  },
});

/** Obeys its signal, with some last words and a file. */
const obey = defineJob<{ startedFile: string }>({
  ...anything,
  name: 'test.obey',
  run: async ({ startedFile }, { files, log, signal }) => {
    await files.put('begun.txt', Buffer.from('begun'));
    appendFileSync(startedFile, `${process.pid}\n`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    log(`ended by ${signal.reason.name}`, 'warn');
    throw signal.reason;
  },
});

interface Talk {
  lines: number;
  startedFile?: string;
  untilFile?: string;
}
const sayAll: JobDefinition<Talk, string>['run'] = async ({ lines, startedFile, untilFile }, { log }) => {
  for (let n = 1; n <= lines; n += 1) log(`line ${n}`, n % 2 === 0 ? 'warn' : 'info');
  if (startedFile) appendFileSync(startedFile, `${process.pid}\n`);
  while (untilFile && !existsSync(untilFile)) await sleep(10);
  return 'said';
};
const talk = defineJob<Talk, string>({ ...anything, name: 'test.talk', slots: 2, run: sayAll });
const chat = defineJob<Talk, string>({ ...anything, name: 'test.chat', weight: 'tiny', run: sayAll });

/** Ends as it is told. */
const end = defineJob<{ how: 'cancel' | 'fail'; message: string }>({
  ...anything,
  name: 'test.end',
  run: async ({ how, message }, context) => {
    await context.files.put('half.txt', Buffer.from('half'));
    return context[how](message);
  },
});

/** As many rows as it is told, each a kibibyte; its schema knows no more than 1,000. */
const rows = defineJob<{ count: number; put?: string }, string[]>({
  payload: {},
  result: { type: 'array', maxItems: 1_000, items: { type: 'string' } },
  name: 'test.rows',
  slots: 4,
  run: async ({ count, put }, { files }) => {
    if (put !== undefined) await files.put(put, Buffer.from('an artifact'));
    return Array.from({ length: count }, (_, n) => `${n}`.padEnd(1_024, 'ö'));
  },
});

const needsTool = defineJob({ ...anything, name: 'test.tool', tools: ['windlass-no-such-program'], run: () => 1 });

export default [wait, spin, echo, nap, copy, refuse, churn, obey, talk, chat, end, rows, needsTool];
