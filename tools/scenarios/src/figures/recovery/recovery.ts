import { join } from 'node:path';
import { drawFrom } from '@windlass/proof';
import { describeMachine, describeServers } from '../../load/describe-machine.js';
import { DEFAULTS, type OwnGround, withOwnGround } from '../../load/own-ground.js';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioReport } from '../../scenario.js';
import { judgeRecovery } from './judge-recovery.js';
import { killWorker, type RecoveryForm, type WorkerKill } from './kill-worker.js';
import { killWithoutScheduler } from './without-scheduler.js';

const LONG: RecoveryForm = { ...DEFAULTS, kills: 10, jobsPerKill: 6 };
const SHORT: RecoveryForm = { leaseMs: 4_000, leaderTtlMs: 2_000, kills: 2, jobsPerKill: 4 };

export const recovery: Scenario = {
  name: 'recovery',
  about: 'a worker is killed with jobs running: until they run again on the other one',
  minutes: 12,
  run(context) {
    const form = context.short ? SHORT : LONG;
    const { leaseMs, leaderTtlMs } = form;
    return withOwnGround({ leaseMs, leaderTtlMs, counts: { gateway: 1 } }, context, async (ground) => {
      const settings = { ...describeMachine(), ...(await describeServers(ground.servers)), ...form };
      const kills = context.part === 'control' ? [] : await killOften(form, ground, context.seed, context.progress);
      const { figures, goals } = kills.length > 0 ? judgeRecovery(kills, form.leaseMs) : { figures: {}, goals: [] };
      const control = context.part === 'proof' ? undefined : await runControl(form, ground, context.progress);
      return reportOf(
        { name: 'recovery', figures: { ...settings, ...figures }, goals, ...(control ? { control } : {}) },
        context.part,
      );
    });
  },
};

async function killOften(
  form: RecoveryForm,
  ground: OwnGround,
  seed: number,
  progress: (line: string) => void,
): Promise<WorkerKill[]> {
  const draw = drawFrom(seed);
  const kills: WorkerKill[] = [];
  for (let n = 0; n < form.kills; n += 1) {
    const members = n % 2 === 0 ? 'all' : 'parent';
    // Anywhere within a beat's interval.
    const afterMs = draw.whole(0, form.leaseMs / 4);
    const kill = await killWorker(ground, form, { members, afterMs, sink: join(ground.directory, `kill-${n}.jsonl`) });
    kills.push(kill);
    progress(
      `kill ${n + 1} of ${form.kills} (${members}, ${kill.victim}): ${kill.recoveredMs.map((ms) => `${Math.round(ms)} ms`).join(', ')}`,
    );
  }
  return kills;
}

async function runControl(
  form: RecoveryForm,
  ground: OwnGround,
  progress: (line: string) => void,
): Promise<NonNullable<ScenarioReport['control']>> {
  progress('control: no scheduler runs, so nobody rescues');
  const { recoveredWithin, recoveredAfterwards, waitedMs } = await killWithoutScheduler(ground, form);
  return {
    text: 'without a scheduler no job of the dead worker runs again within the goal, and all do once one is there',
    failedAsItMust: recoveredWithin === 0 && recoveredAfterwards > 0,
    figures: { waitedMs: Math.round(waitedMs), recoveredWithin, recoveredAfterwards },
  };
}
