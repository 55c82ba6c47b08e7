import type { SecretCover } from './hide-secrets.js';

const NOT_KEPT = /^(set-cookie2?|cookie|authorization|proxy-.*)$/;
const MAX_HEADERS = 64;
const MAX_VALUE_LENGTH = 1_024;

/** The answer's headers as the result has them: names in lower case, repeated ones joined, cookies and credentials left out. */
export function keepHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  cover: SecretCover,
): Record<string, string> {
  const kept = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && !NOT_KEPT.test(name))
    .slice(0, MAX_HEADERS)
    // Covered before it is cut: half a secret would not be found.
    .map(([name, value]) => [name, cover.hideInText([value].flat().join(', ')).slice(0, MAX_VALUE_LENGTH)] as const);
  return Object.fromEntries(kept);
}
