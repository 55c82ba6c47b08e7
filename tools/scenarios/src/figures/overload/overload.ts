import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeMachine, describeServers } from '../../load/describe-machine.js';
import { DEFAULTS, withOwnGround } from '../../load/own-ground.js';
import type { Judged } from '../../load/report-goals.js';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { judgeOverload, suffers } from './judge-overload.js';
import { type OverloadForm, runOverload } from './run-overload.js';

const LONG: OverloadForm = {
  ...{ warmUpMs: 15_000, peakMs: 30_000, overloadMs: 600_000, sampleMs: 5_000 },
  ...{ peakConnections: [32, 128, 512], connections: 3_000, factor: 3, tenants: 4 },
};
const SHORT: OverloadForm = { ...LONG, warmUpMs: 5_000, peakMs: 8_000, overloadMs: 20_000, sampleMs: 500 };
/** The bounds taken away: as much may be under way as comes, for as long as it takes. */
const UNBOUNDED = {
  MAX_IN_FLIGHT: '1000000',
  MAX_IN_FLIGHT_PER_TENANT: '1000000',
  RPC_TIMEOUT_MS: '60000',
  MAX_SUBMIT_DELAY_MS: '60000',
};

export const overload: Scenario = {
  name: 'overload',
  about: 'three times its capacity is offered: goodput stays, the rest is refused at once, memory is flat',
  minutes: 20,
  async run(context) {
    const form = { ...(context.short ? SHORT : LONG) };
    if (context.minutes !== undefined) form.overloadMs = context.minutes * 60_000;
    if (context.out) mkdirSync(dirname(context.out), { recursive: true });
    const judged = context.part === 'control' ? undefined : await measure(form, context, {});
    const control = context.part === 'proof' ? undefined : await runControl(context);
    const { figures = {}, goals = [] } = judged ?? {};
    return reportOf({ name: 'overload', figures, goals, ...(control ? { control } : {}) }, context.part);
  },
};

function measure(
  form: OverloadForm,
  context: ScenarioContext,
  bounds: Record<string, string>,
): Promise<Judged & { suffered: boolean }> {
  const env = () => ({ gateway: bounds });
  return withOwnGround({ ...DEFAULTS, env }, context, async (ground) => {
    const versions = await describeServers(ground.servers);
    const settings = { ...describeMachine(), ...versions, ...DEFAULTS, ...flat(form), ...bounds };
    const measured = await runOverload(form, ground, context);
    const { figures, goals } = judgeOverload(measured);
    return { figures: { ...settings, ...figures }, goals, suffered: suffers(measured) };
  });
}

function flat({ peakConnections, ...form }: OverloadForm) {
  return { ...form, triedConnections: peakConnections.join(', ') };
}

/** In the short form: a buffer without a bound shows within seconds. */
async function runControl(context: ScenarioContext): Promise<NonNullable<ScenarioReport['control']>> {
  context.progress('control: the gateways take as much as comes');
  const { out: _, ...silent } = context;
  const { figures, goals, suffered } = await measure(SHORT, silent, UNBOUNDED);
  const missed = goals.filter(({ held }) => !held).map(({ text }) => text);
  return {
    text: 'with the bounds of the gateways taken away goodput, memory or the time of an answer misses its goal',
    failedAsItMust: suffered,
    figures: { ...figures, missed: missed.join(' | ') },
  };
}
