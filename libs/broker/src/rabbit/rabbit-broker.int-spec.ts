import { evalOnRabbit, type RabbitAddress, rabbitCtl, startServices } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Delivery, PublishOptions } from '../broker.js';
import { until } from '../conformance/brokers-under-test.fixture.js';
import { connectRabbitBroker } from './connect-rabbit-broker.js';
import { type RabbitHarness, rabbitHarness } from './rabbit-harness.fixture.js';

const LASTING: PublishOptions = { ttlMs: 60_000, persistent: false, timeoutMs: 5_000 };
const UNAVAILABLE = expect.objectContaining({ code: 'broker.unavailable' });
const body = Buffer.from('x');

describe('a RabbitMQ broker behind a bad line', () => {
  let hub: RabbitHarness;

  beforeAll(async () => {
    hub = await rabbitHarness('rabbitmq');
  });
  afterAll(() => hub?.stop());

  test('a peer that fell silent is noticed by its missing heartbeats, and left', async () => {
    const broker = await hub.connect({ heartbeatSeconds: 1, connectTimeoutMs: 1_000 });
    await broker.declareQueue('silent');
    hub.proxy.setFrozen(true);
    const frozenMs = performance.now();
    const publish = broker.publish('silent', body, { ...LASTING, timeoutMs: 20_000 });
    const request = broker.request('silent', body, { timeoutMs: 20_000 });
    await expect(broker.ping(200)).rejects.toEqual(UNAVAILABLE);
    await expect(publish).rejects.toEqual(UNAVAILABLE);
    await expect(request).rejects.toEqual(expect.objectContaining({ code: 'broker.timeout' }));
    expect(broker.state).toBe('down');
    expect(performance.now() - frozenMs).toBeLessThan(8_000);
    hub.proxy.setFrozen(false);
    await until(() => broker.state === 'up');
    expect(await broker.publish('silent', body, LASTING)).toBe('routed');
    await broker.close();
  });

  test('a publish that is not confirmed in time is rejected in time, though the connection stands', async () => {
    const broker = await hub.connect({ heartbeatSeconds: 20 });
    await broker.declareQueue('slow');
    hub.proxy.setFrozen(true);
    const startedMs = performance.now();
    await expect(broker.publish('slow', body, { ...LASTING, timeoutMs: 100 })).rejects.toEqual(UNAVAILABLE);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(broker.state).toBe('up');
    hub.proxy.setFrozen(false);
    expect(await broker.publish('slow', body, LASTING)).toBe('routed');
    await broker.close();
  });

  test('connections that the server closes come back with their consumers', async () => {
    const broker = await hub.connect();
    await broker.declareQueue('closed');
    const got: Delivery[] = [];
    await broker.consume('closed', { prefetch: 1 }, (delivery) => got.push(delivery));
    let losses = 0;
    broker.onState((state) => {
      if (state === 'down') losses += 1;
    });
    await rabbitCtl(hub.vhost.broker, ['close_all_connections', '-p', hub.vhost.name, 'a test']);
    await until(() => losses > 0 && broker.state === 'up');
    await broker.publish('closed', body, LASTING);
    await until(() => got.length === 1);
    await broker.close();
  });

  test('more small publishes than a channel buffers, and 40 MiB at once, all get through', async () => {
    const broker = await hub.connect();
    await broker.declareQueue('burst');
    const small = Array.from({ length: 5_000 }, () => broker.publish('burst', body, { ...LASTING, timeoutMs: 20_000 }));
    expect(new Set(await Promise.all(small))).toEqual(new Set(['routed']));
    const large = Buffer.alloc(1024 * 1024, 7);
    const heavy = Array.from({ length: 40 }, () => broker.publish('burst', large, { ...LASTING, timeoutMs: 20_000 }));
    expect(new Set(await Promise.all(heavy))).toEqual(new Set(['routed']));
    await broker.deleteQueue('burst');
    await broker.close();
  });

  test('what waits for its confirm is bounded: beyond it publishes are refused at once', async () => {
    const broker = await hub.connect({ heartbeatSeconds: 20 });
    await broker.declareQueue('bound');
    hub.proxy.setFrozen(true);
    const options = { ...LASTING, timeoutMs: 25_000 };
    const waiting = Array.from({ length: 10_000 }, () => broker.publish('bound', body, options));
    await expect(broker.publish('bound', body, options)).rejects.toEqual(UNAVAILABLE);
    hub.proxy.setFrozen(false);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['routed']));
    await broker.close();
  });

  test('a server that is away at first is connected to once it is there; the password is in no log', async () => {
    hub.setReachable(false);
    const logged: string[] = [];
    const logger = (event: string, fields: Record<string, unknown>) =>
      logged.push(JSON.stringify({ event, ...fields }));
    const broker = await hub.connect({ logger });
    expect(broker.state).toBe('down');
    hub.setReachable(true);
    await until(() => broker.state === 'up');
    await broker.close();
    expect(logged.join()).toContain('broker.connect-failed');
    expect(logged.join()).not.toContain(new URL(hub.url).password);
  });

  test('with several addresses one that is dead is passed over', async () => {
    const broker = await connectRabbitBroker({ urls: ['amqp://u:p@127.0.0.1:1/', hub.url], name: 'two' });
    await until(() => broker.state === 'up');
    await broker.close();
  });

  test('an address that is none is refused without showing it', async () => {
    const refused = await connectRabbitBroker({ url: 'http://u:secret@host', name: 'x' }).catch((error) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(String(refused)).not.toContain('secret');
  });
});

describe('a RabbitMQ server in trouble', () => {
  let services: Awaited<ReturnType<typeof startServices<'rabbitmq'>>>;
  let server: (typeof services)['servers']['rabbitmq'];
  let address: RabbitAddress;

  beforeAll(async () => {
    services = await startServices({ need: ['rabbitmq'] });
    server = services.servers.rabbitmq;
    address = server.address;
  });
  afterAll(() => services?.stop());

  test('publishes are refused in time, acknowledgements get through, and all heals by itself', async () => {
    const broker = await connectRabbitBroker({ url: address.url, name: 'alarm' });
    await broker.declareQueue('alarm');
    const held: Delivery[] = [];
    await broker.consume('alarm', { prefetch: 1 }, (delivery) => held.push(delivery));
    for (let i = 0; i < 2; i++) await broker.publish('alarm', body, LASTING);
    await until(() => held.length === 1);
    await evalOnRabbit(address, 'rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []})');
    await expect(broker.publish('alarm', body, { ...LASTING, timeoutMs: 500 })).rejects.toEqual(UNAVAILABLE);
    await until(() => broker.state === 'down');
    await expect(broker.publish('alarm', body, { ...LASTING, timeoutMs: 30_000 })).rejects.toEqual(UNAVAILABLE);
    held[0]!.ack();
    await until(() => held.length === 2);
    await evalOnRabbit(address, 'rabbit_alarm:clear_alarm({resource_limit, memory, node()})');
    await until(() => broker.state === 'up');
    expect(await broker.publish('alarm', body, LASTING)).toBe('routed');
    await broker.close();
  });

  test('after the server has lost all its data, consumers say so, created says so, and all works again', async () => {
    const broker = await connectRabbitBroker({ url: address.url, name: 'wiped' });
    const got: Delivery[] = [];
    const heard: string[] = [];
    let missing = 0;
    await broker.declareQueue('wiped');
    await broker.consume('wiped', { prefetch: 1, onMissing: () => missing++ }, (delivery) => got.push(delivery));
    await broker.serve('wiped', { concurrency: 1 }, async (request) => request);
    await broker.listen('wiped', (message) => heard.push(String(message)));
    await server.wipe();
    await until(() => missing > 0 && broker.state === 'up', 30_000);
    expect(await broker.declareQueue('wiped')).toEqual({ created: true });
    expect(await broker.publish('wiped', body, LASTING)).toBe('routed');
    await broker.broadcast('wiped', body);
    expect(await broker.request('wiped', body, { timeoutMs: 5_000 })).toEqual(body);
    await until(() => got.length === 1 && heard.length === 1);
    await broker.close();
  }, 90_000);
});
