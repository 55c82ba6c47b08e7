import { join } from 'node:path';
import { describeMachine, describeServers } from '../../load/describe-machine.js';
import { DEFAULTS, type OwnGround, withOwnGround } from '../../load/own-ground.js';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioReport } from '../../scenario.js';
import { judgePostgresBack } from './judge-postgres-back.js';
import { killOneWorker, OUTAGES, type Outage, type OutageForm, takeAway } from './take-away.js';

const LONG: OutageForm = { ...DEFAULTS, running: 100 };
const SHORT: OutageForm = { leaseMs: 4_000, leaderTtlMs: 2_000, running: 20 };

export const postgresBack: Scenario = {
  name: 'postgres-back',
  about: 'PostgreSQL killed, paused or unreachable for three leases with jobs running: until a job is accepted again',
  minutes: 10,
  run(context) {
    const form = context.short ? SHORT : LONG;
    const { leaseMs, leaderTtlMs } = form;
    return withOwnGround({ leaseMs, leaderTtlMs }, context, async (ground) => {
      const settings = { ...describeMachine(), ...(await describeServers(ground.servers)), ...form };
      const outages: Outage[] = [];
      for (const kind of context.part === 'control' ? [] : OUTAGES) {
        const outage = await takeAway(ground, form, kind, join(ground.directory, `${kind}.jsonl`));
        outages.push(outage);
        context.progress(JSON.stringify(outage));
      }
      const { figures, goals } = outages.length > 0 ? judgePostgresBack(outages) : { figures: {}, goals: [] };
      const control = context.part === 'proof' ? undefined : await runControl(ground, form, context.progress);
      return reportOf(
        { name: 'postgres-back', figures: { ...settings, ...figures }, goals, ...(control ? { control } : {}) },
        context.part,
      );
    });
  },
};

/** The same jobs with a fault that does take them: the count of extra runs must not stay at 0. */
async function runControl(
  ground: OwnGround,
  form: OutageForm,
  progress: (line: string) => void,
): Promise<NonNullable<ScenarioReport['control']>> {
  progress('control: a worker dies instead');
  const extraRuns = await killOneWorker(ground, form, join(ground.directory, 'control.jsonl'));
  return {
    text: 'when a worker dies instead, its jobs run again and are counted',
    failedAsItMust: extraRuns > 0,
    figures: { extraRuns },
  };
}
