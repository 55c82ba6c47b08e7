/** Common to all forms of `when`. */
export interface WhenFrame {
  /** IANA name; default UTC. */
  zone?: string;
  /** Nothing fires before it. With an offset or Z, or local in the zone; a plain date is its midnight there. */
  start?: string;
  /** Nothing fires at it or after it. Written like `start`. */
  end?: string;
  /** Each slot's job starts up to that much later: ISO 8601 duration, `90s`, or ms. The slot itself does not move. */
  jitter?: string | number;
}

/** One time of day or several: `09:00` or `09:00:30`. */
export type TimesOfDay = string | string[];
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** When a schedule fires, as it stands in the body of a request. Exactly one of the six. */
export type WhenInput = WhenFrame &
  (
    | { /** 5 fields, 6 with seconds first, or `@daily` and its like. */ cron: string }
    | {
        /** ISO 8601 duration or `5m`: weeks to seconds, of elapsed time. */
        every: string;
        /** The first slot, from which all others are counted; default `start`, else the schedule's creation. */
        anchor?: string;
      }
    | { /** Once: local in the zone, or with an offset or Z. */ at: string }
    | { daily: { at: TimesOfDay } }
    | { weekly: { on: Weekday | Weekday[]; at: TimesOfDay } }
    | { /** Days that a month lacks are left out. */ monthly: { on: DayOfMonth | DayOfMonth[]; at: TimesOfDay } }
  );
export type DayOfMonth = number | 'last';

export type Rule =
  /** Local times of the zone; several expressions are one set of times. */
  | { kind: 'local'; crons: string[] }
  | { kind: 'every'; everyMs: number; anchorMs: number }
  /** `localMs` as it was asked for, if it was local. */
  | { kind: 'once'; atMs: number; localMs?: number };

/** A `when` that `parseWhen` has accepted. Plain data, cheap to keep; `input` is what to store. Times are Unix ms. */
export interface When {
  /** Accepted by `parseWhen` again, with the same meaning whenever it is read: what depended on the creation is spelt out. */
  readonly input: WhenInput;
  readonly rule: Rule;
  readonly zone: string;
  /** -Infinity without one. */
  readonly startMs: number;
  /** Infinity without one. */
  readonly endMs: number;
  /** 0 without one. */
  readonly jitterMs: number;
}

/** One firing of a schedule. */
export interface Slot {
  /** Unix ms, whole seconds unless `every` or `anchor` has fractions. Identifies the slot within its schedule; jitter does not move it. */
  slot: number;
  /** What clocks of the zone show then: `YYYY-MM-DDTHH:mm:ss`. */
  local: string;
  /** Of `local` from UTC: `+02:00`. */
  offset: string;
  zone: string;
  /** Why it does not fire at the local time that was asked for, or not each time that clocks show it. */
  shifted?: Shift;
}

export interface Shift {
  /** `gap`: the local time asked for does not exist that day. `overlap`: it comes twice. */
  reason: 'gap' | 'overlap';
  /** The local time that was asked for. */
  asked: string;
  text: string;
}
