const TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** A time with its zone (ISO 8601, RFC 3339) as ms since the epoch; NaN for anything else, Feb 30 and year 10000 included. */
export function parseTime(text: unknown): number {
  if (typeof text !== 'string' || text.length > 40) return Number.NaN;
  const [, year, month, day] = TIME.exec(text) ?? [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return Number.NaN;
  return Date.parse(text);
}

/** Date.parse itself takes Feb 30 for the second of March. */
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}
