import { describe, expect, it } from 'vitest';
import { FlushQueue } from './flush-queue.js';

const dataError = Object.assign(new Error('invalid byte sequence'), { code: '22021' });
const lost = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });

describe('FlushQueue', () => {
  it('what arrives while a flush is under way is the next batch, without a timer', async () => {
    const batches: number[][] = [];
    const queue = new FlushQueue<number, number>({
      maxItems: 10,
      maxWaiting: 100,
      flush: async (items) => {
        batches.push(items);
        return items.map((item) => item * 2);
      },
    });
    expect(await Promise.all([1, 2, 3].map((item) => queue.add(item)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('a data error reaches its own item only', async () => {
    const queue = new FlushQueue<number, number>({
      maxItems: 10,
      maxWaiting: 100,
      flush: async (items) => {
        if (items.includes(5)) throw dataError;
        return items;
      },
    });
    const settled = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((item) => queue.add(item)));
    expect(settled.map((each) => each.status === 'fulfilled')).toEqual([true, true, true, true, false, true, true]);
    expect(settled[4]).toMatchObject({ reason: { code: 'store.data-refused' } });
  });

  it('equal keys never share a flush', async () => {
    const batches: string[][] = [];
    const queue = new FlushQueue<string, string>({
      maxItems: 10,
      maxWaiting: 100,
      keyOf: (item) => item,
      flush: async (items) => {
        batches.push(items);
        return items;
      },
    });
    await Promise.all(['a', 'b', 'a'].map((item) => queue.add(item)));
    expect(batches).toEqual([['a', 'b'], ['a']]);
  });

  it('items that have any of several keys in common never share a flush', async () => {
    const batches: string[][] = [];
    const queue = new FlushQueue<string, string>({
      maxItems: 10,
      maxWaiting: 100,
      keyOf: (item) => [...item],
      flush: async (items) => {
        batches.push(items);
        return items;
      },
    });
    await Promise.all(['ab', 'c', 'bd', 'ce', ''].map((item) => queue.add(item)));
    expect(batches).toEqual([
      ['ab', 'c', ''],
      ['bd', 'ce'],
    ]);
  });

  it('a flush whose connection was lost is repeated and told so; it ends as unknown, never as refused', async () => {
    const tries: boolean[] = [];
    const queue = new FlushQueue<number, number>({
      maxItems: 10,
      maxWaiting: 100,
      notWritten: () => new Error('must not be said'),
      flush: async (_, repeated) => {
        tries.push(repeated);
        throw lost;
      },
    });
    await expect(queue.add(1)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(tries).toEqual([false, true, true]);
  });

  it('an item handed in again after an unknown commit is told so; its end is unknown, its neighbour’s is not', async () => {
    const tries: boolean[] = [];
    const queue = new FlushQueue<number, number>({
      maxItems: 10,
      maxWaiting: 2,
      notWritten: () => new Error('not written'),
      flush: async (_, repeated) => {
        tries.push(repeated);
        throw Object.assign(new Error('lock timeout'), { code: '55P03' });
      },
    });
    const ends = await Promise.allSettled([queue.add(1, true), queue.add(2), queue.add(3, true), queue.add(4)]);
    const unknown = { reason: { code: 'store.unavailable' } };
    const refused = { reason: { message: 'not written' } };
    expect(ends).toMatchObject([unknown, refused, unknown, refused]);
    expect(tries).toEqual([true]);
  });

  it('bytes are bounded, in a flush and in what waits, and one large item still goes', async () => {
    const sizes: number[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const queue = new FlushQueue<number, number>({
      maxItems: 1_000,
      maxWaiting: 1_000,
      sizeOf: (item) => item,
      flush: async (items) => {
        sizes.push(items.reduce((a, b) => a + b, 0));
        await held;
        return items;
      },
    });
    const MIB = 1_048_576;
    const accepted = [5 * MIB, ...Array.from({ length: 8 }, () => 3 * MIB)].map((item) => queue.add(item));
    const flood = await Promise.allSettled([queue.add(60 * MIB)]);
    expect(flood[0]).toMatchObject({ status: 'rejected', reason: { code: 'store.unavailable' } });
    release();
    await Promise.all(accepted);
    expect(sizes[0]).toBe(5 * MIB);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(4 * MIB);
  });

  it('a bug of our own is neither repeated nor taken for an absent database', async () => {
    let tries = 0;
    const queue = new FlushQueue<number, number>({
      maxItems: 10,
      maxWaiting: 100,
      flush: async () => {
        tries += 1;
        throw new TypeError('undefined is not a function');
      },
    });
    await expect(queue.add(1)).rejects.toMatchObject({ code: 'internal.bug' });
    expect(tries).toBe(1);
  });
});
