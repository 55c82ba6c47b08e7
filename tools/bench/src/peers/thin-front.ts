import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';

/** The HTTP front that a peer's user would write: the body becomes a job, the answer is its id. No token, no checks. */
export async function serveFront(submit: (body: object) => Promise<string>, close: () => Promise<void>): Promise<void> {
  const app = fastify({ logger: false });
  app.post('/', async (request, reply) => {
    const id = await submit(request.body as object);
    return reply.code(202).send({ id });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  endOnSignal(async () => {
    await app.close();
    await close();
  });
  process.send?.({ port: (app.server.address() as AddressInfo).port });
}

/** Ends in order at SIGTERM, and when the bench is gone. */
export function endOnSignal(close: () => Promise<void>): void {
  const end = () => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('disconnect', () => process.exit(1));
}
