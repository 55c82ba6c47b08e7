import { KeepAliveConnection } from './keep-alive-connection.js';
import type { LoadOrder, LoadReport } from './load-order.js';

/** The load generator, in a process of its own: its work must neither delay the bench's clock nor count as the system's. */
process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit(0));

async function run({ target, connections, from, count, deadlineMs }: LoadOrder): Promise<LoadReport> {
  const open = Array.from({ length: connections }, () => new KeepAliveConnection(target));
  const end = from + count;
  let next = from;
  let accepted = 0;
  let failure: string | undefined;
  const fail = (why: string) => {
    failure ??= why;
    for (const connection of open) connection.close();
  };
  const timer = setTimeout(() => fail(`not submitted within ${deadlineMs} ms`), deadlineMs);
  const startedNs = String(process.hrtime.bigint());
  const submitAll = async (connection: KeepAliveConnection) => {
    while (next < end && failure === undefined) {
      const { status, body } = await connection.submit(next++);
      if (status < 200 || status > 299) throw new Error(`HTTP ${status}: ${body.slice(0, 500)}`);
      accepted += 1;
    }
  };
  await Promise.all(open.map((connection) => submitAll(connection).catch((error: Error) => fail(error.message))));
  const endedNs = String(process.hrtime.bigint());
  clearTimeout(timer);
  for (const connection of open) connection.close();
  return { startedNs, endedNs, accepted, ...(failure === undefined ? {} : { failure }) };
}
