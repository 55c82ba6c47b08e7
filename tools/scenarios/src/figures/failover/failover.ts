import { join } from 'node:path';
import { drawFrom } from '@windlass/proof';
import { describeMachine, describeServers } from '../../load/describe-machine.js';
import { DEFAULTS, type OwnGround, withOwnGround } from '../../load/own-ground.js';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext } from '../../scenario.js';
import type { LeaderKill, LeaderPause } from './failover-measures.js';
import { judgeFailover } from './judge-failover.js';
import { killBothSchedulers, killLeader } from './kill-leader.js';
import { pauseLeader } from './pause-leader.js';

export interface FailoverForm {
  leaseMs: number;
  leaderTtlMs: number;
  kills: number;
  pauses: number;
}

const LONG: FailoverForm = { ...DEFAULTS, kills: 50, pauses: 3 };
const SHORT: FailoverForm = { leaseMs: 4_000, leaderTtlMs: 2_000, kills: 3, pauses: 1 };

export const failover: Scenario = {
  name: 'failover',
  about: 'the leading scheduler is killed or paused: until another one leads and dispatches what is due',
  minutes: 25,
  run(context) {
    const form = context.short ? SHORT : LONG;
    const { leaseMs, leaderTtlMs } = form;
    const counts = { gateway: 1, 'core-api': 1, worker: 1 };
    return withOwnGround({ leaseMs, leaderTtlMs, counts }, context, async (ground) => {
      const settings = { ...describeMachine(), ...(await describeServers(ground.servers)), ...form };
      const proves = context.part !== 'control';
      const kills = proves ? await killOften(form, ground, context) : [];
      const pauses = proves ? await pauseOften(form, ground, context) : [];
      const { figures, goals } = proves ? judgeFailover(kills, pauses, leaderTtlMs) : { figures: {}, goals: [] };
      const control = context.part === 'proof' ? undefined : await killBothSchedulers(ground, leaderTtlMs);
      return reportOf(
        { name: 'failover', figures: { ...settings, ...figures }, goals, ...(control ? { control } : {}) },
        context.part,
      );
    });
  },
};

async function killOften(form: FailoverForm, ground: OwnGround, context: ScenarioContext): Promise<LeaderKill[]> {
  const draw = drawFrom(context.seed);
  const kills: LeaderKill[] = [];
  for (let n = 0; n < form.kills; n += 1) {
    // Anywhere between two renewals.
    const afterMs = draw.whole(0, Math.round(form.leaderTtlMs * 0.3));
    const kill = await killLeader(ground, afterMs, join(ground.directory, `lead-${n}.jsonl`));
    kills.push(kill);
    context.progress(
      `kill ${n + 1} of ${form.kills}: leads after ${Math.round(kill.ledMs ?? Number.NaN)} ms, dispatches after ${Math.round(kill.dispatchedMs ?? Number.NaN)} ms`,
    );
  }
  return kills;
}

async function pauseOften(form: FailoverForm, ground: OwnGround, context: ScenarioContext): Promise<LeaderPause[]> {
  const pauses: LeaderPause[] = [];
  for (let n = 0; n < form.pauses; n += 1) {
    const pause = await pauseLeader(ground, form.leaderTtlMs);
    pauses.push(pause);
    context.progress(`pause ${n + 1} of ${form.pauses}: ${JSON.stringify(pause)}`);
  }
  return pauses;
}
