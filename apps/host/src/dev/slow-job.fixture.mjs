import { appendFileSync } from 'node:fs';

/** A job type for tests: notes each start in a file of its own, then takes its time. */
export default {
  name: 'slow',
  payload: { type: 'object', required: ['n', 'ms', 'marker'] },
  result: {},
  weight: 'heavy',
  slots: 4,
  limits: { hardMs: 60_000 },
  async run({ n, ms, marker }, context) {
    appendFileSync(marker, `${context.jobId}\n`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { n };
  },
};
