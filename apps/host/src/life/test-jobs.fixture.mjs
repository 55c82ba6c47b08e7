import { appendFileSync } from 'node:fs';

const payload = { type: 'object' };

/** Types for tests of a job's life. `marker`: a file in which each start leaves a line. */
export default [
  {
    name: 'test.spin',
    payload,
    result: {},
    slots: 1,
    run() {
      for (;;);
    },
  },
  {
    name: 'test.quick',
    payload,
    result: {},
    slots: 1,
    run: (given) => given,
  },
  {
    // Hundreds at a time on a small machine: sleeping needs no process.
    name: 'test.nap',
    payload,
    result: {},
    isolation: 'inline',
    slots: 100,
    async run({ ms, marker }, context) {
      appendFileSync(marker, `${context.jobId}\n`);
      await new Promise((resolve) => setTimeout(resolve, ms));
    },
  },
  {
    // Leaves an artifact and then sleeps on whatever its signal says: what a worker does that was stopped and goes on.
    name: 'test.deaf',
    payload,
    result: {},
    slots: 1,
    limits: { hardMs: 120_000 },
    async run({ ms, marker }, context) {
      appendFileSync(marker, `${context.jobId} ${context.attempt}\n`);
      await context.files.put('trace.txt', Buffer.from(`attempt ${context.attempt}`));
      await new Promise((resolve) => setTimeout(resolve, context.attempt === 1 ? ms : 0));
      return { attempt: context.attempt };
    },
  },
];
