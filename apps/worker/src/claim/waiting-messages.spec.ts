import type { Delivery } from '@windlass/broker';
import { describe, expect, it } from 'vitest';
import { WaitingMessages } from './waiting-messages.js';

const delivery = (name: string, requeue: () => unknown = () => {}) => ({ name, requeue }) as unknown as Delivery;

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

  it('go back to the broker all of them, the half-used one too, and not those that a claim has used up', () => {
    const back: string[] = [];
    const waiting = new WaitingMessages();
    for (const name of ['used', 'half', 'untouched']) {
      waiting.add(
        delivery(name, () => back.push(name)),
        [`${name}-1`, `${name}-2`],
      );
    }
    waiting.take(3);
    waiting.giveBack();
    expect(back).toEqual(['half', 'untouched']);
    expect(waiting.count).toBe(0);
    expect(waiting.take(200)).toEqual({ ids: [], usedUp: [] });
  });
});
