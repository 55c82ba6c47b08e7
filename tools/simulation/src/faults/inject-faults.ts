import type { FaultSpan } from '@windlass/proof';
import type { Fleet } from '../services/fleet.js';
import type { World } from '../world/world.js';
import type { FaultPlan, PlannedFault } from './plan-faults.js';
import { CALM } from './weather.js';

const REPORT = 'report.attempts';

/** Does what the plan says and writes down from when to when. After the plan's end everything is healed. */
export class FaultInjector {
  over = false;
  private readonly started = new Map<PlannedFault, FaultSpan>();

  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly spans: FaultSpan[],
  ) {}

  start(plan: FaultPlan): void {
    for (const fault of plan.faults) {
      const strike = () => this.strike(fault, plan);
      this.world.after(fault.atMs, `fault ${fault.kind} ${fault.target}`, () =>
        fault.reportHeldMs === undefined ? strike() : this.lieInWait(fault.target, fault.reportHeldMs, strike),
      );
    }
    this.world.after(plan.faultsMs, 'all is well', () => {
      this.over = true;
      this.fleet.weather = CALM;
      for (const name of plan.instances) this.fleet.start(name);
    });
  }

  /** A report is on its way when its worker is no longer there: it comes when the attempt may be another's. */
  private lieInWait(worker: string, heldMs: number, strike: () => void): void {
    const instance = this.fleet.instance(worker);
    if (!instance) return;
    instance.ambush = (kind) => {
      if (kind !== REPORT || this.over) return 0;
      instance.ambush = undefined;
      this.world.after(0, `zombie ${worker}`, strike);
      return heldMs;
    };
  }

  private strike(fault: PlannedFault, { faultsMs }: FaultPlan): void {
    const healAfterMs = Math.max(0, Math.min(fault.lastsMs, faultsMs - this.world.elapsedMs));
    this.world.after(healAfterMs, `heal ${fault.kind} ${fault.target}`, () => this.end(fault));
    const { fleet } = this;
    const { kind, target } = fault;
    const fromMs = Math.floor(this.world.nowMs);
    const span: FaultSpan = { kind, target, fromMs, toMs: fromMs };
    this.started.set(fault, span);
    this.spans.push(span);
    if (kind === 'kill') fleet.kill(target);
    else if (kind === 'stop') fleet.stop(target);
    else if (kind === 'pause') fleet.pause(target);
    else if (kind === 'sever') fleet.sever(target);
    else if (kind === 'clock') fleet.setClock(target, fault.offsetMs ?? 0);
    else if (kind === 'postgres-away') fleet.gate.goAway(fault.atCommit === true);
    else if (kind === 'rabbitmq-away') fleet.hub.setState('down');
    else if (kind === 'rabbitmq-wiped') fleet.hub.wipe();
    else if (kind === 'cut-database') {
      const instance = fleet.instance(target);
      if (instance) fleet.gate.cut(instance);
    }
  }

  private end(fault: PlannedFault): void {
    const { fleet } = this;
    const { kind, target } = fault;
    const span = this.started.get(fault);
    if (span) span.toMs = Math.ceil(this.world.nowMs);
    if (kind === 'kill' || kind === 'stop') fleet.start(target);
    else if (kind === 'pause') fleet.resume(target);
    else if (kind === 'sever') fleet.restore(target);
    else if (kind === 'clock') fleet.setClock(target, 0);
    else if (kind === 'postgres-away') fleet.gate.comeBack();
    else if (kind === 'rabbitmq-away') fleet.hub.setState('up');
  }
}
