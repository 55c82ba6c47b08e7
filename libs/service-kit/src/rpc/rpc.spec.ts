import { Controller, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions } from '@nestjs/microservices';
import { Type } from '@sinclair/typebox';
import { createInProcessHub, type InProcessHub } from '@windlass/broker';
import { defineMessage } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.js';
import { NestLogger } from '../log/nest-logger.js';
import { BrokerRpcServer } from './broker-rpc-server.js';
import { Rpc } from './rpc.decorator.js';
import { RpcClient } from './rpc-client.js';

const add = defineMessage('sample.add', Type.Object({ a: Type.Number(), b: Type.Number() }));
const addReply = defineMessage('sample.add.reply', Type.Object({ sum: Type.Number() }));
const fail = defineMessage('sample.fail', Type.Object({ how: Type.String() }));
const failReply = defineMessage('sample.fail.reply', Type.Object({}));
const stream = defineMessage('sample.stream', Type.Object({}));
const unknown = defineMessage('sample.unknown', Type.Object({}));
const apart = defineMessage('sample.apart', Type.Object({}));
const loose = defineMessage('sample.add', Type.Object({ a: Type.String() }));
const APART = Symbol('apart');

/** What a slow handler waits for, and how a test lets it go. */
let letGo: () => void;
const late = new Promise<void>((resolve) => {
  letGo = resolve;
});

@Controller()
class Sample {
  private readonly offset = 0;

  @Rpc(add, addReply)
  async add(body: { a: number; b: number }) {
    return { sum: body.a + body.b + this.offset };
  }

  @Rpc(fail, failReply)
  async fail({ how }: { how: string }) {
    if (how === 'fault')
      throw fault('read.job-unknown', { detail: 'There is no job 7.', fields: [{ path: '/id', message: 'unknown' }] });
    if (how === 'bug') throw new TypeError('cannot read the thing at 10.0.0.5');
    if (how === 'late') await late;
    return { wrong: 1 };
  }

  @Rpc(stream, addReply)
  stream() {
    return of({ sum: 7 });
  }

  @Rpc(apart, addReply, APART)
  async apart() {
    return { sum: 1 };
  }
}

@Controller()
class Undeclared {
  @MessagePattern('sample.plain')
  plain() {
    return {};
  }
}

const lines: Array<Record<string, unknown>> = [];
const logger = createLogger({
  service: 'sample',
  level: 'info',
  format: 'json',
  machine: 'm',
  destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});

class SampleModule {}
async function serve(
  hub: InProcessHub,
  controller: new () => object,
  service: string,
  transportId?: symbol,
): Promise<INestMicroservice> {
  const strategy = new BrokerRpcServer({
    broker: hub.connect(),
    service,
    concurrency: 4,
    logger,
    ...(transportId ? { transportId } : {}),
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    { module: SampleModule, controllers: [controller] },
    { strategy, logger: new NestLogger(logger), abortOnError: false },
  );
  await app.listen();
  return app;
}

describe('a call over the broker', () => {
  let hub: InProcessHub;
  let app: INestMicroservice;
  let client: RpcClient;
  beforeEach(async () => {
    lines.length = 0;
    hub = createInProcessHub();
    app = await serve(hub, Sample, 'sample');
    client = new RpcClient(hub.connect(), 'sample', { timeoutMs: 2_000 });
  });
  afterEach(() => app.close());

  it('brings the checked body and takes the answer back', async () => {
    expect(await client.call(add, addReply, { a: 2, b: 3 })).toEqual({ sum: 5 });
    expect(
      await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((a) => client.call(add, addReply, { a, b: 1 }))),
    ).toHaveLength(8);
  });

  it('takes the first value of a handler that returns an observable', async () => {
    expect(await client.call(stream, addReply, {})).toEqual({ sum: 7 });
  });

  it('throws the fault that the other side threw', async () => {
    await expect(client.call(fail, failReply, { how: 'fault' })).rejects.toMatchObject({
      name: 'Fault',
      code: 'read.job-unknown',
      kind: 'not-found',
      detail: 'There is no job 7.',
      fields: [{ path: '/id', message: 'unknown' }],
    });
    expect(lines).toEqual([]);
  });

  it('answers a bug with a fault that keeps its text inside, and logs it', async () => {
    const call = client.call(fail, failReply, { how: 'bug' });
    await expect(call).rejects.toMatchObject({ code: 'internal.bug' });
    await expect(call).rejects.not.toThrow(/10\.0\.0\.5/);
    expect(lines).toMatchObject([
      { level: 'error', operation: 'sample.fail', error: { type: 'TypeError', stack: expect.any(String) } },
    ]);
  });

  it('refuses a body that does not match, without calling the handler', async () => {
    await expect(client.call(loose, addReply, { a: 'x' })).rejects.toMatchObject({ code: 'broker.unreadable' });
    expect(lines).toMatchObject([{ level: 'warn', operation: 'sample.add' }]);
  });

  it('refuses a kind that nobody answers, and what is no envelope', async () => {
    await expect(client.call(unknown, addReply, {})).rejects.toMatchObject({ code: 'broker.unreadable' });
    const noise = { ...add, encode: () => Buffer.from('not json') };
    await expect(client.call(noise, addReply, { a: 1, b: 1 })).rejects.toMatchObject({ code: 'broker.unreadable' });
  });

  it('reads an envelope whose fields come in another order', async () => {
    const text = JSON.stringify({ body: { a: 1, b: 1 }, kind: 'sample.add', minReader: 1, v: 1 });
    const other = { ...add, encode: () => Buffer.from(text) };
    expect(await client.call(other, addReply, { a: 0, b: 0 })).toEqual({ sum: 2 });
  });

  it('refuses an answer that is not what was agreed', async () => {
    await expect(client.call(fail, addReply, { how: 'wrong' })).rejects.toMatchObject({ code: 'broker.unreadable' });
  });

  it('ends after its own timeout when it has one', async () => {
    await expect(client.call(fail, failReply, { how: 'late' }, { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'broker.timeout',
    });
    letGo();
  });

  it('ends at once when the broker is away or nobody serves', async () => {
    const other = new RpcClient(hub.connect(), 'nobody', { timeoutMs: 60_000 });
    await expect(other.call(add, addReply, { a: 1, b: 1 })).rejects.toMatchObject({ code: 'broker.unavailable' });
    hub.setState('down');
    await expect(client.call(add, addReply, { a: 1, b: 1 })).rejects.toMatchObject({ code: 'broker.unavailable' });
    hub.setState('up');
    expect(await client.call(add, addReply, { a: 1, b: 1 })).toEqual({ sum: 2 });
  });

  it('of a closed server is served no more', async () => {
    await app.close();
    await expect(client.call(add, addReply, { a: 1, b: 1 })).rejects.toMatchObject({ code: 'broker.unavailable' });
  });

  it('reaches a handler of one transport through that server only', async () => {
    await expect(client.call(apart, addReply, {})).rejects.toMatchObject({ code: 'broker.unreadable' });
    const second = await serve(hub, Sample, 'sample.apart', APART);
    try {
      const through = new RpcClient(hub.connect(), 'sample.apart', { timeoutMs: 2_000 });
      expect(await through.call(apart, addReply, {})).toEqual({ sum: 1 });
      expect(await through.call(add, addReply, { a: 1, b: 1 })).toEqual({ sum: 2 });
    } finally {
      await second.close();
    }
  });
});

it('a handler without a contract is refused at the start', async () => {
  const hub = createInProcessHub();
  await expect(serve(hub, Undeclared, 'sample')).rejects.toThrow('sample.plain has no contract');
});
