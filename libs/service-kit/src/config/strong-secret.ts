import { registerDecorator } from 'class-validator';

/** What people leave in place of a secret. The longer ones first, so that a part of one does not hide the rest of it. */
const PLACEHOLDERS = (
  'supersecret placeholder production development replaceme secretkey changeme password passwort rabbitmq insecure windlass database ' +
  'postgres default example replace letmein welcome testing secret change passwd please qwerty engine reader rabbit worker server ' +
  'admin guest local minio token super pass root test user your here with this very long jwt key dev'
).split(' ');
/** What stands for a letter in words that are meant to look random. */
const LOOKALIKES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
/** Random text in base64 holds six bits a byte, in hexadecimal four; less than three is not random. */
const MIN_BITS_PER_BYTE = 3;
/** A short random text repeats characters by chance: 16 hexadecimal digits may hold less than two and a half bits each. */
const MIN_BITS_PER_BYTE_OF_SHORT = 2.25;
const SHORT_BYTES = 32;

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

/** Why a secret must not be used, or undefined. The text says nothing about the value. `known`: other words that guess it, its user's name say. */
export function weaknessOf(secret: string, minBytes: number, known: readonly string[] = []): string | undefined {
  const bytes = Buffer.byteLength(secret);
  if (bytes < minBytes) return `is too short; it needs at least ${minBytes} bytes`;
  if (isRepetition(secret) || stepsOfOne(secret) > secret.length / 2) return 'repeats itself or counts up';
  if (withoutPlaceholders(secret, known).length < minBytes / 2) return 'is a well-known placeholder';
  const bitsPerByte = minBytes < SHORT_BYTES ? MIN_BITS_PER_BYTE_OF_SHORT : MIN_BITS_PER_BYTE;
  return entropyBits(secret) < Math.min(bytes, minBytes) * bitsPerByte ? 'is too regular' : undefined;
}

/** What is left once words, and runs that count, are taken out. */
function withoutPlaceholders(secret: string, known: readonly string[]): string {
  const plain = wordsOf(secret);
  if (plain.length < secret.length / 2) return secret;
  const words = [...known.map(wordsOf).filter((word) => word.length > 2), ...PLACEHOLDERS];
  const without = (text: string) => words.reduce((rest, word) => rest.replaceAll(word, ''), text);
  const disguised = without(wordsOf(secret.replace(/[013457@$!]/g, (sign) => LOOKALIKES[sign] ?? sign)));
  const rest = withoutRuns(without(plain));
  return disguised.length < rest.length ? disguised : rest;
}

const wordsOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** `1234` and `aaaa` tell as little as their first character. */
function withoutRuns(text: string): string {
  return Array.from(text)
    .filter((character, at, all) => at === 0 || Math.abs(character.charCodeAt(0) - all[at - 1]!.charCodeAt(0)) > 1)
    .join('');
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
