import { Injectable } from '@nestjs/common';
import type { ChangeQueue, QueueView } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import {
  changeQueueSettings,
  type LaneFigures,
  listQueueSettings,
  type QueueSettings,
  readQueueFigures,
  removeQueueSettings,
  storeFault,
} from '@windlass/store';
import type { CorePorts } from '../core-ports.js';
import type { TypeRegistry } from '../registry/type-registry.js';
import type { QueueRegistry } from './queue-registry.js';
import { viewQueue } from './view-queue.js';

const rethrowAsFault = (error: unknown): never => {
  throw storeFault(error);
};

/**
 * What operators see and set of queues. A queue exists when an operator has made it, when workers have announced the type of its name,
 * or while it has jobs.
 */
@Injectable()
export class OperateQueues {
  constructor(
    private readonly ports: Pick<CorePorts, 'db' | 'dispatcher' | 'liveSlots' | 'runtime'>,
    private readonly types: TypeRegistry,
    private readonly queues: QueueRegistry,
  ) {}

  /** By name. Types without jobs are there too, with zeros. */
  async list(): Promise<QueueView[]> {
    const { engine } = this.ports.db;
    const [settings, figures] = await Promise.all([
      listQueueSettings(engine),
      readQueueFigures(engine),
      this.types.refresh(),
    ]).catch(rethrowAsFault);
    const names = [
      ...settings.map((each) => each.name),
      ...figures.map((each) => each.queue),
      ...this.types.names(),
    ].sort();
    const settingsOf = new Map(settings.map((each) => [each.name, each]));
    const lanesOf = new Map<string, LaneFigures[]>();
    for (const lane of figures) lanesOf.set(lane.queue, [...(lanesOf.get(lane.queue) ?? []), lane]);
    return [...new Set(names)].map((name) => this.view(name, settingsOf.get(name), lanesOf.get(name) ?? []));
  }

  /** Throws `queues.unknown`. */
  async read(name: string): Promise<QueueView> {
    const { settings, lanes } = await this.find(name);
    return this.view(name, settings, lanes);
  }

  /** Throws `queues.unknown` where there is none and none is to be made. */
  async change(request: ChangeQueue): Promise<QueueView> {
    const { name, create, paused, maxRunning, tenantId, actor } = request;
    const isType = await this.isType(name);
    const found = create ? undefined : await this.find(name);
    const settings = await changeQueueSettings(this.ports.db.engine, {
      name,
      named: create === true && !isType,
      ...(paused === undefined ? {} : { paused }),
      ...(maxRunning === undefined ? {} : { maxRunning }),
      auditId: this.ports.runtime.uuid(),
      tenantId,
      actor,
    }).catch(rethrowAsFault);
    await this.queues.refresh().catch(() => {});
    const lanes = found?.lanes ?? (await readQueueFigures(this.ports.db.engine, name).catch(rethrowAsFault));
    this.lookAgain(lanes);
    return this.view(name, settings, lanes);
  }

  /** Throws `queues.unknown`, and `queues.not-empty` for a named queue with jobs: they would be left without their settings. */
  async remove(request: { tenantId: string; actor: string; name: string }): Promise<void> {
    const { settings, lanes } = await this.find(request.name);
    if (settings?.named && lanes.length > 0) {
      throw fault('queues.not-empty', {
        detail: `The queue "${request.name}" has unfinished jobs. Let them end, or cancel them with POST /v1/queues/${request.name}/purge, then delete it.`,
      });
    }
    const auditId = this.ports.runtime.uuid();
    await removeQueueSettings(this.ports.db.engine, { ...request, auditId }).catch(rethrowAsFault);
    await this.queues.refresh().catch(() => {});
    this.lookAgain(lanes);
  }

  private async find(name: string): Promise<{ settings: QueueSettings | undefined; lanes: LaneFigures[] }> {
    const { engine } = this.ports.db;
    const [[settings], lanes] = await Promise.all([
      listQueueSettings(engine, name),
      readQueueFigures(engine, name),
    ]).catch(rethrowAsFault);
    if (!settings && lanes.length === 0 && !(await this.isType(name))) {
      throw fault('queues.unknown', {
        detail: `There is no queue "${name}". GET /v1/queues lists those that are there, PUT /v1/queues/${name} makes it.`,
      });
    }
    return { settings, lanes };
  }

  private async isType(name: string): Promise<boolean> {
    return (await this.types.newest(name).catch(rethrowAsFault)) !== undefined;
  }

  /** What waited for a resume or a higher limit goes out at once, not when the scheduler comes by. */
  private lookAgain(lanes: LaneFigures[]): void {
    for (const { queue, type } of lanes) this.ports.dispatcher.nudge({ queue, type });
  }

  private view(name: string, settings: QueueSettings | undefined, lanes: LaneFigures[]): QueueView {
    const isType = this.types.newestKnown(name) !== undefined;
    return viewQueue(name, settings, lanes, { isType, slotsOf: (type) => this.ports.liveSlots.of(type) });
  }
}
