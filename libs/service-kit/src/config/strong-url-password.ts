import { registerDecorator } from 'class-validator';
import { weaknessOf } from './strong-secret.js';

/** Random text of 16 characters cannot be guessed over a network, and every server takes so many. */
const MIN_BYTES = 16;
const REMEDY = 'give the account a random one (openssl rand -hex 24) and write it into the URL as user:password@host';

/**
 * Refuses a URL whose password is missing, short, guessable or a placeholder. Drivers fall back to well-known ones (guest) or to
 * variables of their own, so it must stand in the URL.
 */
export function strongUrlPassword(): PropertyDecorator {
  return (prototype, key) =>
    registerDecorator({
      name: 'strongUrlPassword',
      target: prototype.constructor,
      propertyName: String(key),
      validator: {
        validate: (value: unknown) => typeof value === 'string' && urlPasswordFault(value) === undefined,
        defaultMessage: (about) => urlPasswordFault(String(about?.value ?? '')) ?? 'has a weak password',
      },
    });
}

/** What is wrong with the password of a URL and what to do, or undefined. The text says nothing about the value. */
export function urlPasswordFault(text: string): string | undefined {
  const url = parse(text);
  if (!url) return 'cannot be read as a URL; percent-encode special characters of user and password';
  const known = [url.username, url.hostname, url.pathname];
  const { password } = url;
  if (password === '') return `has no password, and logins without one are not supported; ${REMEDY}`;
  const weakness = weaknessOf(password, MIN_BYTES, known);
  return weakness && `has a password that ${weakness}; ${REMEDY}`;
}

/** Undefined also where a percent sign stands for itself: drivers disagree about what such a password is. */
function parse(text: string) {
  try {
    const { username, password, hostname, pathname, searchParams } = new URL(text);
    // PostgreSQL's driver prefers one among the parameters.
    const used = searchParams.get('password') ?? decodeURIComponent(password);
    return { username: decodeURIComponent(username), password: used, hostname, pathname };
  } catch {
    return undefined;
  }
}
