import { type AttemptLines, appendLogsInStore, type Database, FlushQueue } from '@windlass/store';

/** What a line weighs beside its text: a row of ids, times and words. */
const ROW_BYTES = 100;

/** Log lines of one flush in one statement. Answers whether an attempt's lines were taken; those of another's are dropped. */
export function logQueue(
  db: Pick<Database, 'engine'>,
  logs: { appended(jobIds: Iterable<string>): void },
): FlushQueue<AttemptLines, boolean> {
  return new FlushQueue<AttemptLines, boolean>({
    maxItems: 500,
    maxWaiting: 10_000,
    sizeOf: ({ lines }) => lines.reduce((sum, line) => sum + line.message.length + ROW_BYTES, 0),
    flush: async (items) => {
      const taken = await appendLogsInStore(db.engine, items);
      logs.appended(new Set(items.filter((_, index) => taken[index]).map((item) => item.jobId)));
      return taken;
    },
  });
}
