import { describe, expect, it } from 'vitest';
import { Circuit, type PassEnd } from './circuit.js';
import { type CallEnd, Circuits } from './circuits.js';

const POLICY = { failures: 3, openMs: 1_000, maxOpenMs: 3_000 };

function bench() {
  let now = 0;
  const circuit = new Circuit(POLICY);
  /** How long to wait, or 0 when it was let through. */
  const call = (end: PassEnd) => {
    const pass = circuit.enter(() => now);
    if ('waitMs' in pass) return pass.waitMs;
    pass.leave(end);
    return 0;
  };
  const fail = (times: number) => {
    for (let n = 0; n < times; n++) call('failed');
  };
  return { enter: () => circuit.enter(() => now), call, fail, pass: (ms: number) => (now += ms) };
}

describe('a circuit', () => {
  it('opens after so many failures in a row, and tells how long', () => {
    const { call, fail, pass } = bench();
    fail(2);
    expect(call('failed')).toBe(0);
    expect(call('answered')).toBe(1_000);
    pass(400);
    expect(call('answered')).toBe(600);
  });

  it('counts a row: an answer between starts anew, what was undecided does not count', () => {
    const { call, fail } = bench();
    for (let n = 0; n < 5; n++) {
      fail(2);
      call('answered');
    }
    fail(2);
    for (let n = 0; n < 5; n++) call('undecided');
    expect(call('failed')).toBe(0);
    expect(call('failed')).toBe(1_000);
  });

  it('lets one call through to see, which closes it', () => {
    const { enter, call, fail, pass } = bench();
    fail(3);
    pass(1_000);
    const probe = enter();
    expect(call('answered')).toBe(1_000);
    expect('leave' in probe).toBe(true);
    if ('leave' in probe) probe.leave('answered');
    expect(call('answered')).toBe(0);
    fail(2);
    expect(call('answered')).toBe(0);
  });

  it('stays open longer each time that the host fails again, up to a bound', () => {
    const { call, fail, pass } = bench();
    fail(3);
    for (const expected of [2_000, 3_000, 3_000]) {
      pass(3_000);
      expect(call('failed')).toBe(0);
      expect(call('failed')).toBe(expected);
    }
  });

  it('a look that learns nothing leaves it to the next one', () => {
    const { call, fail, pass } = bench();
    fail(3);
    pass(1_000);
    expect(call('undecided')).toBe(0);
    expect(call('answered')).toBe(0);
    expect(call('answered')).toBe(0);
  });

  it('calls from before it opened do not prolong it, and an end counts once', () => {
    const { enter, fail, call, pass } = bench();
    const early = enter();
    fail(3);
    pass(500);
    if ('leave' in early) {
      early.leave('failed');
      early.leave('answered');
    }
    expect(call('answered')).toBe(500);
  });
});

describe('hosts and their resources', () => {
  const open = (bounds?: { hosts: number; resources: number }) => {
    const circuits = new Circuits(() => 0, POLICY, bounds);
    const call = (host: string, path: string, end: CallEnd) => {
      const pass = circuits.enter(host, path);
      if ('waitMs' in pass) return 'refused';
      pass.leave(end);
      return 'made';
    };
    const repeat = (times: number, host: string, path: string, end: CallEnd) => {
      for (let n = 0; n < times; n++) call(host, path, end);
    };
    return { circuits, call, repeat };
  };

  it('a host that cannot be reached is closed with all its resources, and no other host is', () => {
    const { call, repeat } = open();
    repeat(3, 'a:80', '/x', 'unreachable');
    expect(call('a:80', '/y', 'answered')).toBe('refused');
    expect([call('a:81', '/x', 'answered'), call('b:80', '/x', 'answered')]).toEqual(['made', 'made']);
  });

  it('a resource that fails is closed alone: nobody can close a shared host to others', () => {
    const { call, repeat } = open();
    repeat(10, 'a:80', '/broken', 'failed');
    expect(call('a:80', '/broken', 'answered')).toBe('refused');
    expect(call('a:80', '/fine', 'answered')).toBe('made');
  });

  it('a look at the host that its resource refuses is left to the next one', () => {
    let now = 0;
    const circuits = new Circuits(() => now, POLICY);
    const call = (path: string, end: CallEnd) => {
      const pass = circuits.enter('a:80', path);
      if ('leave' in pass) pass.leave(end);
      return 'leave' in pass;
    };
    for (let n = 0; n < 3; n++) call('/x', 'failed');
    now = 1_000;
    call('/x', 'failed'); // closed again, for twice as long
    for (let n = 0; n < 3; n++) call('/y', 'unreachable');
    now = 2_000;
    expect([call('/x', 'answered'), call('/y', 'answered'), call('/y', 'answered')]).toEqual([false, true, true]);
  });

  it('both are bounded: the one least recently called is forgotten', () => {
    const { circuits, call, repeat } = open({ hosts: 10, resources: 20 });
    repeat(3, 'a:80', '/', 'unreachable');
    for (let n = 0; n < 100; n++) call(`host-${n}:80`, `/${n}`, 'answered');
    expect(circuits.size).toEqual({ hosts: 10, resources: 20 });
    expect(call('a:80', '/', 'answered')).toBe('made');
  });
});
