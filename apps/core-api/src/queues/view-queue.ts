import type { QueueView } from '@windlass/contracts';
import type { CountedState, LaneFigures, QueueSettings } from '@windlass/store';

/** A queue as operators see it: sums over its lanes. `isType`: it is the own queue of a type, which is listed also without jobs. */
export function viewQueue(
  name: string,
  settings: QueueSettings | undefined,
  lanes: LaneFigures[],
  { isType, slotsOf }: { isType: boolean; slotsOf(type: string): number },
): QueueView {
  const sum = (state: CountedState) => lanes.reduce((total, lane) => total + (lane.counts[state] ?? 0), 0);
  const ages = lanes.flatMap((lane) => lane.oldestMs ?? []);
  const own = isType && !lanes.some((lane) => lane.type === name) ? [{ type: name, counts: {} }] : [];
  const types: Pick<LaneFigures, 'type' | 'counts'>[] = [...own, ...lanes];
  return {
    name,
    named: settings?.named ?? false,
    paused: settings?.pausedAt != null,
    ...(settings?.pausedAt == null ? {} : { pausedAt: settings.pausedAt }),
    ...(settings?.maxRunning == null ? {} : { maxRunning: settings.maxRunning }),
    queued: sum('queued'),
    held: sum('held'),
    scheduled: sum('scheduled'),
    blocked: sum('blocked'),
    running: sum('running'),
    ...(ages.length === 0 ? {} : { oldestMs: Math.max(0, ...ages) }),
    types: types.map(({ type, counts }) => ({
      type,
      queued: counts.queued ?? 0,
      running: counts.running ?? 0,
      slots: slotsOf(type),
    })),
  };
}
