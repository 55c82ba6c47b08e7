export const MASK = '[redacted]';

/** Cheap test before the expressions: almost no line holds any of these. */
const SUSPICIOUS = /:\/\/|bearer|basic|eyJ|signature=|token=|secret=|password=|key=/i;

const PATTERNS: ReadonlyArray<[RegExp, string]> = [
  // The credentials of a URL: up to the last @ before the path, as a password may hold one.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"']*@/gi, `$1${MASK}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, MASK],
  // In queries, also of presigned URLs, and in connection strings.
  [/\b((?:[\w-]*(?:signature|token|secret|password))|(?:x-amz-credential)|(?:api[_-]?key))=[^&\s"']+/gi, `$1=${MASK}`],
];

/** The text without credentials of URLs, authorization headers, tokens and signed queries. */
export function maskText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let masked = text;
  for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement);
  return masked;
}
