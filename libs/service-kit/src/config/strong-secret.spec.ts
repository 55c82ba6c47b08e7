import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { weaknessOf } from './strong-secret.js';

describe('a strong secret', () => {
  it.each([
    ['short', 'q8Zr1Vt0mKc5Yx7L', /too short/],
    ['one character', 'a'.repeat(64), /repeats/],
    ['a short unit over and over', 'x7Lq'.repeat(16), /repeats/],
    ['half of it twice', 'q8Zr1Vt0mKc5Yx7L'.repeat(2), /repeats/],
    ['counting up', '0123456789abcdefghijklmnopqrstuvwxyz', /counts up/],
    ['few characters in changing order', 'abbabaaabbbabaabbabbaababbabaabab', /repeats|regular/],
    ['a placeholder', 'change-me-please-this-is-a-secret-key', /placeholder/],
    ['placeholders in a row', 'secretpasswordchangemewindlasstoken', /placeholder/],
    ['our own name', 'windlass-windlass-development-secret', /placeholder/],
    ['a placeholder in disguise', 'Ch4nge-Me-P1ease-Th1s-Is-A-S3cret-K3y', /placeholder/],
  ])('is not %s', (_what, secret, why) => {
    const weakness = weaknessOf(secret, 32);
    expect(weakness).toMatch(why);
    expect(weakness).not.toContain(secret);
  });

  it('is any random one, in base64, base64url or hexadecimal', () => {
    for (let round = 0; round < 500; round++) {
      expect(weaknessOf(randomBytes(24).toString('base64'), 32)).toBeUndefined();
      expect(weaknessOf(randomBytes(32).toString('base64url'), 32)).toBeUndefined();
      expect(weaknessOf(randomBytes(32).toString('hex'), 32)).toBeUndefined();
    }
  });

  it('may be shorter where it is a password, but not a word that its reader knows', () => {
    for (let round = 0; round < 500; round++)
      expect(weaknessOf(randomBytes(18).toString('base64'), 16)).toBeUndefined();
    expect(weaknessOf('a7a7aa77a777aa7a', 16)).toMatch(/regular/);
    expect(weaknessOf('Quartermaster-1234567', 16)).toBeUndefined();
    expect(weaknessOf('Quartermaster-1234567', 16, ['quarter_master'])).toMatch(/placeholder/);
  });

  it('counts bytes, not characters', () => {
    expect(weaknessOf('äq8ö', 8)).toMatch(/too short/);
    expect(weaknessOf('äöüßé7q8Zr1Vt0mK', 21)).toBeUndefined();
    expect(weaknessOf('äöüßé7q8Zr1Vt0mK', 22)).toMatch(/too short/);
  });
});
