import { describeMachine, describeServers } from '../../load/describe-machine.js';
import { DEFAULTS, type OwnGround, withOwnGround } from '../../load/own-ground.js';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { handOver } from './hand-over.js';
import { judgeGraceful } from './judge-graceful.js';
import { type StopUnderLoad, stopUnderLoad } from './stop-under-load.js';

export interface GracefulForm {
  leaseMs: number;
  leaderTtlMs: number;
  handOvers: number;
  /** Of each other service. */
  stops: number;
}

const LONG: GracefulForm = { ...DEFAULTS, handOvers: 20, stops: 3 };
const SHORT: GracefulForm = { leaseMs: 4_000, leaderTtlMs: 2_000, handOvers: 2, stops: 1 };
const STOPPED = ['worker-1', 'core-api-1', 'gateway-1'] as const;

export const graceful: Scenario = {
  name: 'graceful',
  about: 'services stop by SIGTERM under load: the lead is handed over, no request breaks, no attempt is burned',
  minutes: 12,
  run(context) {
    const form = context.short ? SHORT : LONG;
    const { leaseMs, leaderTtlMs } = form;
    return withOwnGround({ leaseMs, leaderTtlMs }, context, async (ground) => {
      const settings = { ...describeMachine(), ...(await describeServers(ground.servers)), ...form };
      const proves = context.part !== 'control';
      const handOvers = proves ? await handOverOften(form, ground, context) : [];
      const stops = proves ? await stopOften(form, ground, context) : [];
      const { figures, goals } = proves ? judgeGraceful(handOvers, stops) : { figures: {}, goals: [] };
      const control = context.part === 'proof' ? undefined : await killUnderLoad(ground, context);
      return reportOf(
        { name: 'graceful', figures: { ...settings, ...figures }, goals, ...(control ? { control } : {}) },
        context.part,
      );
    });
  },
};

async function handOverOften(form: GracefulForm, ground: OwnGround, context: ScenarioContext) {
  const times: (number | undefined)[] = [];
  for (let n = 0; n < form.handOvers; n += 1) {
    const ms = await handOver(ground);
    times.push(ms);
    context.progress(`hand-over ${n + 1} of ${form.handOvers}: ${ms} ms`);
  }
  return times;
}

async function stopOften(form: GracefulForm, ground: OwnGround, context: ScenarioContext): Promise<StopUnderLoad[]> {
  const stops: StopUnderLoad[] = [];
  for (const name of STOPPED) {
    for (let n = 0; n < form.stops; n += 1) {
      const stop = await stopUnderLoad(ground, name, 'SIGTERM');
      stops.push(stop);
      context.progress(`stop ${n + 1} of ${form.stops}: ${JSON.stringify(stop)}`);
    }
  }
  return stops;
}

/** The same stop as a kill -9: the instrument must see burned attempts and broken requests. */
async function killUnderLoad(
  ground: OwnGround,
  { progress }: ScenarioContext,
): Promise<NonNullable<ScenarioReport['control']>> {
  progress('control: kill -9 instead of SIGTERM');
  const worker = await stopUnderLoad(ground, 'worker-1', 'SIGKILL');
  const gateway = await stopUnderLoad(ground, 'gateway-1', 'SIGKILL');
  return {
    text: 'a worker killed instead of stopped burns attempts, a gateway killed breaks requests under way',
    failedAsItMust: worker.burned > 0 && gateway.broken > 0,
    figures: { burnedByWorker: worker.burned, brokenByGateway: gateway.broken },
  };
}
