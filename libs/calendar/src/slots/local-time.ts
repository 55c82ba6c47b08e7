/**
 * A local time without its zone, as the ms that a UTC clock would have when it shows that time. So arithmetic and cron
 * expressions work on it as they do in UTC, where no hour is missing or double.
 */
export type LocalMs = number;

/** `YYYY-MM-DDTHH:mm:ss`. */
export function showLocal(local: LocalMs): string {
  return new Date(local).toISOString().slice(0, 19);
}

/** `+02:00`, or `-00:44:30` as zones had it before there were zones. */
export function showOffset(offsetMs: number): string {
  const text = new Date(Math.abs(offsetMs)).toISOString().slice(11, 19);
  return `${offsetMs < 0 ? '-' : '+'}${text.endsWith(':00') ? text.slice(0, 5) : text}`;
}
