/** What must never reach a client in a refusal. */
const LEAKS: readonly [string, RegExp][] = [
  ['a stack trace', /\n\s*at [\w.<>[\] ]+ ?\(|\bat [\w./<>-]+ \((?:file|node|\/)/],
  ['a place in the source', /[\w-]+\.(?:[cm]?[jt]s):\d+/],
  ['a path of the machine', /(?:\/(?:home|root|usr|var|tmp|opt|proc|etc|work|app)\/[\w.-]+)|node_modules/],
  ['SQL', /\b(?:select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b|syntax error at or near|SQLSTATE/i],
  [
    'a name of the database',
    /\b(?:pg_\w+|windlass_\w+|relation "\w+"|column "\w+"|constraint "\w+"|duplicate key value)/,
  ],
  ["a runtime's error", /\b(?:TypeError|ReferenceError|RangeError|SyntaxError|QueryFailedError|AggregateError)\b/],
  [
    'an error of the system',
    /\bE(?:CONNREFUSED|CONNRESET|NOENT|ACCES|PIPE|HOSTUNREACH|ADDRINUSE)\b|Cannot read propert/,
  ],
  ['an address inside', /\b(?:amqp|postgres(?:ql)?):\/\//],
];

/**
 * Kinds of inner things in `answer` that the client has not sent itself: an echo of what it said tells it nothing. Texts within JSON are
 * read as they are meant, not as they are escaped.
 */
export function findLeaks(answer: string, sent: string): string[] {
  const told = readable(answer);
  const known = `${sent}\n${readable(sent)}`;
  return LEAKS.flatMap(([what, pattern]) => {
    const found = pattern.exec(told)?.[0].trim();
    return found === undefined || known.includes(found) ? [] : [`it tells ${what}: "${found.slice(0, 80)}"`];
  });
}

/** A large body of a request is looked at as far as any echo could reach. */
const MAX_READ = 100_000;

function readable(text: string): string {
  const texts: string[] = [];
  try {
    JSON.parse(text.slice(0, MAX_READ), (name: string, value: unknown) => {
      texts.push(name);
      if (typeof value === 'string') texts.push(value);
      return value;
    });
  } catch {
    return text;
  }
  return texts.join('\n');
}
