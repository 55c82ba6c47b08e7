import { describe, expect, it } from 'vitest';
import type { Platform } from './open-platform.js';
import { PlatformInUse } from './platform-in-use.js';

describe('a platform that is ended', () => {
  const after = (gate: Promise<unknown>, told: string[]) => {
    const platform = { close: async () => void told.push('closed') } as unknown as Platform;
    return new PlatformInUse(() => gate.then(() => platform));
  };
  const gateOf = () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { gate, open };
  };

  it('while it is still being opened, is waited for and closed', async () => {
    const { gate, open } = gateOf();
    const told: string[] = [];
    const inUse = after(gate, told);
    const taken = inUse.take();
    const ended = inUse.end().then(() => told.push('ended'));
    open();
    await Promise.all([taken, ended]);
    expect(told).toEqual(['closed', 'ended']);
  });

  it('twice, is gone when either call returns, and closed once', async () => {
    const { gate, open } = gateOf();
    const told: string[] = [];
    const inUse = after(gate, told);
    const taken = inUse.take();
    const calls = [inUse.end(), inUse.end().then(() => told.push('ended'))];
    open();
    await Promise.all([taken, ...calls]);
    expect(told).toEqual(['closed', 'ended']);
  });

  it('because it could not be opened, is opened anew for the next round', async () => {
    let tries = 0;
    const platform = { close: async () => {} } as unknown as Platform;
    const inUse = new PlatformInUse(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('no port')) : Promise.resolve(platform);
    });
    await expect(inUse.take()).rejects.toThrow('no port');
    await inUse.settle(undefined);
    expect(await inUse.take()).toBe(platform);
  });
});
