import { Type } from '@sinclair/typebox';
import type { Broker } from '@windlass/broker';
import { ManualRuntime } from '@windlass/clock';
import { defineMessage, faultReply } from '@windlass/contracts';
import { asProblem, type FaultCode, fault } from '@windlass/faults';
import { beforeEach, describe, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.js';
import { RpcClient } from './rpc-client.js';

const ask = defineMessage('sample.ask', Type.Object({}));
const askReply = defineMessage('sample.ask.reply', Type.Object({}));
const answer = askReply.encode({});

let runtime: ManualRuntime;
let changes: string[];
let client: RpcClient;
/** How the broker ends each call. */
let behaviour: () => Promise<Uint8Array>;
let sent: number;

beforeEach(() => {
  runtime = new ManualRuntime();
  changes = [];
  sent = 0;
  behaviour = async () => answer;
  const broker = {
    request: () => {
      sent += 1;
      return behaviour();
    },
  };
  const breaker = new CircuitBreaker({ runtime, onChange: (state) => changes.push(state) });
  client = new RpcClient(broker as unknown as Broker, 'sample', { timeoutMs: 1_000, breaker });
});

const failing = (code: FaultCode) => async () => {
  throw fault(code);
};
const call = (kind?: 'call' | 'wait' | 'probe') => client.call(ask, askReply, {}, kind ? { kind } : {});
/** Code of the fault, or `answered`. */
const outcome = async (kind?: 'call' | 'wait' | 'probe') =>
  call(kind).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  );
async function fail(times: number, kind?: 'call' | 'wait'): Promise<string[]> {
  behaviour = failing('broker.timeout');
  const codes: string[] = [];
  for (let n = 0; n < times; n += 1) codes.push(await outcome(kind));
  return codes;
}

describe('a circuit', () => {
  it('opens after five unanswered calls in a row, and then refuses at once, unsent', async () => {
    expect(new Set(await fail(5))).toEqual(new Set(['broker.timeout']));
    expect(changes).toEqual(['open']);
    behaviour = async () => answer;
    await expect(call()).rejects.toMatchObject({ code: 'broker.circuit-open', status: 503, retryAfterMs: 1_000 });
    expect(sent).toBe(5);
  });

  it('does not open while answers come in between, whatever they say', async () => {
    for (let round = 0; round < 3; round += 1) {
      await fail(4);
      behaviour = async () => faultReply.encode(asProblem(fault('store.unavailable')));
      expect(await outcome()).toBe('store.unavailable');
    }
    expect(changes).toEqual([]);
  });

  it('never opens by refusals of a service that cannot reach its database', async () => {
    behaviour = async () => faultReply.encode(asProblem(fault('store.unavailable')));
    for (let n = 0; n < 20; n += 1) expect(await outcome()).toBe('store.unavailable');
    expect(changes).toEqual([]);
  });

  it('lets one probe through after a second, refuses the rest meanwhile, and closes on its answer', async () => {
    await fail(5);
    await runtime.advance(1_000);
    let arrive = (_bytes: Uint8Array) => {};
    behaviour = () =>
      new Promise((resolve) => {
        arrive = resolve;
      });
    const probe = outcome();
    expect(await outcome()).toBe('broker.circuit-open');
    arrive(answer);
    expect(await probe).toBe('answered');
    behaviour = async () => answer;
    expect(await outcome()).toBe('answered');
    expect(changes).toEqual(['open', 'closed']);
  });

  it('opens again for twice as long when the probe fails, at most five seconds', async () => {
    await fail(5);
    for (const openMs of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      await runtime.advance(openMs - 1);
      expect(await fail(1)).toEqual(['broker.circuit-open']);
      await runtime.advance(1);
      expect(await fail(1)).toEqual(['broker.timeout']);
    }
    await runtime.advance(5_000);
    behaviour = async () => answer;
    expect(await outcome()).toBe('answered');
    // And begins at one second again.
    await fail(5);
    await runtime.advance(1_000);
    behaviour = async () => answer;
    expect(await outcome()).toBe('answered');
  });

  it('takes the answer to a call that was under way when it opened as a sign of life', async () => {
    let arrive = (_bytes: Uint8Array) => {};
    behaviour = () =>
      new Promise((resolve) => {
        arrive = resolve;
      });
    const early = outcome();
    await fail(5);
    arrive(answer);
    expect(await early).toBe('answered');
    behaviour = async () => answer;
    expect(await outcome()).toBe('answered');
  });

  it('gives the probe its place back when the call ends by something that says nothing about the service', async () => {
    await fail(5);
    await runtime.advance(1_000);
    behaviour = async () => {
      throw new Error('a bug');
    };
    await expect(call()).rejects.toThrow('a bug');
    behaviour = async () => answer;
    expect(await outcome()).toBe('answered');
  });
});

describe('a long poll', () => {
  it('that simply times out does not count', async () => {
    await fail(20, 'wait');
    expect(changes).toEqual([]);
    behaviour = failing('broker.unavailable');
    for (let n = 0; n < 5; n += 1) await outcome('wait');
    expect(changes).toEqual(['open']);
  });

  it('is refused while the circuit is half open: it would hold the place of the probe', async () => {
    await fail(5);
    await runtime.advance(1_000);
    behaviour = async () => answer;
    expect(await outcome('wait')).toBe('broker.circuit-open');
    expect(await outcome()).toBe('answered');
    expect(await outcome('wait')).toBe('answered');
  });
});

it('a health check is never refused, and its answer closes the circuit', async () => {
  await fail(5);
  expect(await outcome('probe')).toBe('broker.timeout');
  behaviour = async () => answer;
  expect(await outcome('probe')).toBe('answered');
  expect(await outcome()).toBe('answered');
});
