import type { Delivery } from '@windlass/broker';
import { describe, expect, it } from 'vitest';
import { WaitingMessages } from './waiting-messages.js';

const delivery = (name: string) => ({ name }) as unknown as Delivery;

describe('waiting job messages', () => {
  it('are claimed together up to the limit; one that is used in part is used up by a later claim', () => {
    const [first, second] = [delivery('first'), delivery('second')];
    const waiting = new WaitingMessages();
    waiting.add(first, ['a', 'b', 'c']);
    waiting.add(second, ['d', 'e']);
    expect(waiting.count).toBe(5);
    expect(waiting.take(2)).toEqual({ ids: ['a', 'b'], usedUp: [] });
    expect(waiting.take(2)).toEqual({ ids: ['c', 'd'], usedUp: [first] });
    expect(waiting.count).toBe(1);
    expect(waiting.take(200)).toEqual({ ids: ['e'], usedUp: [second] });
    expect(waiting.take(200)).toEqual({ ids: [], usedUp: [] });
  });
});
