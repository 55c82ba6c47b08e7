import { registerDecorator } from 'class-validator';

/** What people leave in place of a secret. The longer ones first, so that a part of one does not hide the rest of it. */
const PLACEHOLDERS = (
  'supersecret placeholder production development replaceme secretkey changeme password passwort insecure windlass default example ' +
  'replace letmein testing secret change passwd please qwerty admin guest token super test your here with this very long jwt key dev'
).split(' ');
/** Random text in base64 holds six bits a byte, in hexadecimal four; less than three is not random. */
const MIN_BITS_PER_BYTE = 3;

/** Refuses a secret that is short, guessable or a placeholder. `minBytes` counts the text's bytes as they are used. */
export function strongSecret(minBytes = 32): PropertyDecorator {
  return (prototype, key) =>
    registerDecorator({
      name: 'strongSecret',
      target: prototype.constructor,
      propertyName: String(key),
      validator: {
        validate: (value: unknown) => typeof value === 'string' && weaknessOf(value, minBytes) === undefined,
        defaultMessage: (about) =>
          `${weaknessOf(String(about?.value ?? ''), minBytes) ?? 'is too weak'}; make one by: openssl rand -base64 ${Math.max(minBytes, 32)}`,
      },
    });
}

/** Why a secret must not be used, or undefined. The text says nothing about the value. */
export function weaknessOf(secret: string, minBytes: number): string | undefined {
  const bytes = Buffer.byteLength(secret);
  if (bytes < minBytes) return `is too short; it needs at least ${minBytes} bytes`;
  if (withoutPlaceholders(secret).length < minBytes / 2) return 'is a well-known placeholder';
  if (isRepetition(secret) || stepsOfOne(secret) > secret.length / 2) return 'repeats itself or counts up';
  return entropyBits(secret) < Math.min(bytes, minBytes) * MIN_BITS_PER_BYTE ? 'is too regular' : undefined;
}

function withoutPlaceholders(secret: string): string {
  let rest = secret.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  if (rest.length < secret.length / 2) return secret;
  for (const word of PLACEHOLDERS) rest = rest.replaceAll(word, '');
  return rest;
}

/** A unit of at most half the text, over and over: then the text is found in its double at an offset before its end. */
function isRepetition(text: string): boolean {
  const offset = (text + text).indexOf(text, 1);
  return offset <= text.length / 2;
}

function stepsOfOne(text: string): number {
  let steps = 0;
  for (let i = 1; i < text.length; i++) {
    if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) steps += 1;
  }
  return steps;
}

/** Shannon's entropy of the characters' frequencies, for the whole text. An upper bound of what a guesser faces. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length);
  return bits;
}
