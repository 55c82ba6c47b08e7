import * as lifecycle from '@windlass/lifecycle';
import { describe, expect, it } from 'vitest';
import { BROKEN } from './broken-code.fixture.js';
import { checkSequences } from './check-sequences.js';
import { differingMove } from './compare.js';

describe('the model', () => {
  it('finds nothing wrong with the transition code, and has looked at something', () => {
    const { looked, counterexample } = checkSequences({ code: lifecycle, sequences: 5_000, seed: 7 });
    expect(counterexample).toBeUndefined();
    expect(looked.sequences).toBe(5_000);
    expect(looked.moves).toBeGreaterThan(10_000);
    expect(looked.ends).toBeGreaterThan(2_500);
    expect(looked.replays).toBeGreaterThan(1_000);
  });

  it.each(Object.keys(BROKEN))('catches: %s', (name) => {
    const { counterexample } = checkSequences({ code: BROKEN[name]!, sequences: 5_000, seed: 7 });
    expect(counterexample?.error).toBeTruthy();
  });

  it('shrinks a counterexample to the commands that it takes, and repeats it from seed and path', () => {
    const code = BROKEN['one attempt too many']!;
    const found = checkSequences({ code, sequences: 5_000, seed: 7 }).counterexample!;
    expect(found.commands).toHaveLength(2);
    expect(found.commands[0]).toBe('claim');
    const again = checkSequences({ code, sequences: 1, seed: 7, path: found.path });
    expect(again.counterexample).toEqual(found);
    expect(checkSequences({ code: lifecycle, sequences: 1, seed: 7, path: found.path }).counterexample).toBeUndefined();
  });

  it('plays the same lives from the same seed', () => {
    const play = (seed: number) => checkSequences({ code: lifecycle, sequences: 500, seed }).looked;
    expect(play(3)).toEqual(play(3));
    expect(play(3)).not.toEqual(play(4));
  });

  it('names the move that the table has and the drawing has not', () => {
    expect(differingMove(lifecycle)).toBeUndefined();
    expect(differingMove(BROKEN['expired while it runs']!)).toBe('running → expired is not drawn, but allowed');
  });
});
