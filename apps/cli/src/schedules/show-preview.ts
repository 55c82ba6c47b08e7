import { showTable } from '../frame/show-table.js';
import { showTime } from '../frame/show-values.js';
import type { Preview } from './preview-schedule.js';

/** As a table, with why a time was moved. */
export function showPreview({ description, slots }: Preview, count: number): string {
  const rows = slots.map(({ utc, local, shifted }) => [showTime(utc), showLocal(local), shifted?.text ?? '']);
  const end = slots.length < count ? 'After that it does not fire again.\n' : '';
  return `${description}\n\n${showTable(['UTC', 'LOCAL', 'MOVED'], rows)}${end}`;
}

/** `2027-03-28 03:00:00 +02:00`. */
function showLocal(local: string): string {
  return `${local.slice(0, 19).replace('T', ' ')} ${local.slice(19)}`;
}
