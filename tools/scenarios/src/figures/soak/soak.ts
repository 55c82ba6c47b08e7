import { DEFAULTS } from '../../load/own-ground.js';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { judgeSlopes, type ProcessSlope, type SlopeRules } from './judge-slopes.js';
import { record, runSoak, type SoakForm, type SoakMeasure } from './run-soak.js';

const LONG: SoakForm = { minutes: 120, perSecond: 15, sampleMs: 10_000, ...DEFAULTS };
const SHORT: SoakForm = { ...LONG, minutes: 3, sampleMs: 2_000 };
/** Long enough to tell 5 MB a minute from a process that warms up. */
const CONTROL: SoakForm = {
  ...SHORT,
  minutes: 6,
  leak: { instance: 'core-api-2', mbPerMinute: 5 },
};

/** From here on a run is long enough for the goal itself. In minutes a heap still warms up: the short form only sees gross leaks, and says so by its limit. */
const LONG_MINUTES = 60;
const LONG_LIMIT = 1;
const SHORT_LIMIT = 200;
/** Descriptors that may be open at the end beyond those after warm-up: pools breathe. */
const MORE_FDS = 30;

export const soak: Scenario = {
  name: 'soak',
  about: 'steady load for hours: memory of every process stays flat, every accepted job ends',
  minutes: 130,
  async run(context) {
    const { short, part = 'both' } = context;
    const form = { ...(short ? SHORT : LONG), ...(context.minutes ? { minutes: context.minutes } : {}) };
    const measure = part === 'control' ? undefined : await runSoak(form, context);
    const judged = measure ? judgeSoak(measure, rulesFor(form)) : { name: 'soak', figures: {}, goals: [] };
    // Before the control, which could break off: two hours of samples were for this.
    if (measure) record(context, { report: judged });
    const control = part === 'proof' ? undefined : await runControl(context);
    return reportOf({ ...judged, ...(control ? { control } : {}) }, part);
  },
};

/** A fifth of a long run is warm-up and half of a short one; windows of 5 minutes, or as long as fit 16 times. */
export function rulesFor({ minutes }: Pick<SoakForm, 'minutes'>): SlopeRules {
  const long = minutes >= LONG_MINUTES;
  const fromS = minutes * 60 * (long ? 0.2 : 0.5);
  const windowS = Math.min(300, (minutes * 60 - fromS) / 16);
  return { fromS, windowS, limitMbPerHour: long ? LONG_LIMIT : SHORT_LIMIT };
}

export function judgeSoak(measure: SoakMeasure, rules: SlopeRules): ScenarioReport {
  const { counts, ends, unfinished } = measure;
  const slopes = judgeSlopes(measure.samples, rules);
  const found = Object.values(ends).reduce((sum, n) => sum + n, 0);
  const instances = slopes.filter(({ process }) => !process.includes(' child '));
  const worst = slopes.reduce<ProcessSlope | undefined>(
    (most, each) => (most && most.rssMbPerHour >= each.rssMbPerHour ? most : each),
    undefined,
  );
  const goals = [
    {
      text: `RSS slope of every process < ${rules.limitMbPerHour} MB/h (Theil–Sen over minima of ${rules.windowS} s)`,
      held: instances.length > 0 && slopes.every(({ flat }) => flat),
    },
    {
      text: `no process has more than ${MORE_FDS} descriptors more than after warm-up`,
      held: instances.every(({ fdsFirst, fdsLast }) => fdsLast <= fdsFirst + MORE_FDS),
    },
    {
      text: 'every accepted job has ended',
      held: unfinished === 0 && counts.accepted > 0 && found === counts.accepted && ends.missing === 0,
    },
    { text: 'no accepted job ended twice', held: ends.double === 0 },
    { text: 'every answer was right', held: counts.wrongAnswers === 0 },
  ];
  return {
    name: 'soak',
    passed: goals.every(({ held }) => held),
    figures: {
      ...measure.settings,
      warmUpS: rules.fromS,
      windowS: rules.windowS,
      worstProcess: worst?.process ?? '',
      worstRssMbPerHour: worst?.rssMbPerHour ?? Number.NaN,
      ...Object.fromEntries(slopes.flatMap(figuresOf)),
      ...counts,
      ...prefixed('ended', ends),
      ...prefixed('rows', measure.rows),
      unfinished,
      troubles: measure.troubles.join(' | '),
    },
    goals,
  };
}

async function runControl(context: ScenarioContext): Promise<NonNullable<ScenarioReport['control']>> {
  context.progress(`control: ${CONTROL.leak?.instance} keeps ${CONTROL.leak?.mbPerMinute} MB a minute`);
  const { out: _, ...silent } = context;
  const measure = await runSoak(CONTROL, silent);
  const slopes = judgeSlopes(measure.samples, rulesFor(CONTROL));
  return {
    text: `a process that keeps ${CONTROL.leak?.mbPerMinute} MB a minute is the one that is flagged`,
    failedAsItMust: flagsOnly(slopes, CONTROL.leak?.instance),
    figures: Object.fromEntries(slopes.flatMap(figuresOf)),
  };
}

/** The leaking process and no other: an instrument that flags everything shows nothing. */
export function flagsOnly(slopes: readonly ProcessSlope[], leaking: string | undefined): boolean {
  const flagged = slopes.filter(({ flat }) => !flat).map(({ process }) => process);
  return flagged.length === 1 && flagged[0] === leaking;
}

function figuresOf({ process, flat: _, ...values }: ProcessSlope): [string, number][] {
  return Object.entries(values).map(([name, value]) => [`${process}: ${name}`, value]);
}

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, n]) => [`${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`, n]),
  );
}
