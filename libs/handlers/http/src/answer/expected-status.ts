/** One item of `expectedStatus`: a status, a class such as `2xx`, a range such as `200-204`. */
export const STATUS_PATTERN = '^([1-5]xx|[1-5][0-9]{2}(-[1-5][0-9]{2})?)$';

const DEFAULT_EXPECTED: readonly (number | string)[] = ['2xx'];

export function isExpected(status: number, expected: readonly (number | string)[] = DEFAULT_EXPECTED): boolean {
  return expected.some((item) => {
    const [first = '', last = first] = String(item).split('-');
    if (first.endsWith('xx')) return Math.floor(status / 100) === Number(first[0]);
    return status >= Number(first) && status <= Number(last);
  });
}

/** What may be another one next time: too early, too many, and whatever the server blames itself for. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
