import { Temporal } from 'temporal-polyfill';

/** A span of real time in which a zone's clocks keep one distance from UTC. Unix ms; `fromMs` is in it, `untilMs` is not. */
export interface Segment {
  fromMs: number;
  /** Infinity if no change is known. */
  untilMs: number;
  /** Local time minus UTC. */
  offsetMs: number;
}

/** Two changes a year for a generation; what is older was looked up once and is not asked for again. */
const MOST_KEPT = 64;
/** Bounded by what `readZone` lets through: the names that Intl knows, in one spelling. */
const kept = new Map<string, Segment[]>();

/**
 * The segment that holds an instant. Changes come from the time-zone data of Node's ICU, by way of Temporal: a search that
 * costs up to some ms, so segments are kept.
 */
export function segmentAt(zone: string, instantMs: number): Segment {
  const segments = kept.get(zone) ?? [];
  const known = segments.find((each) => each.fromMs <= instantMs && instantMs < each.untilMs);
  if (known) return known;
  const found = findSegment(zone, instantMs);
  kept.set(zone, [found, ...segments].slice(0, MOST_KEPT));
  return found;
}

function findSegment(zone: string, instantMs: number): Segment {
  const then = Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs)).toZonedDateTimeISO(zone);
  // `previous` means before, and a change at this very instant is the start of the segment.
  const from = then.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return {
    fromMs: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    untilMs: then.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: then.offsetNanoseconds / 1e6,
  };
}
