import { readMoment } from './read-moment.js';
import { readZone } from './read-zone.js';

/**
 * A moment as users write it, in Unix ms: with an offset or Z, or local in the zone; a plain date is its midnight there.
 * @throws Fault schedule.when-invalid, schedule.zone-unknown
 */
export function readInstant(text: string, zone: string, name: string): number {
  return readMoment(text, readZone(zone, '/zone'), name, `/${name}`).atMs;
}
