import { systemRuntime } from '@windlass/clock';
import {
  actionReply,
  beginAction,
  cancelJob,
  cancelJobReply,
  type EventPlace,
  type LogPlace,
  listActions,
  listActionsReply,
  readAction,
  readEvents,
  readEventsReply,
  readLogs,
  readLogsReply,
  replayJob,
  replayJobReply,
  stopAction,
} from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { isTerminal } from '@windlass/lifecycle';
import type { MemoryState } from './memory-state.fixture.js';

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Logs and events, cancel and replay, bulk actions. */
export function answerLife(core: MemoryState): void {
  answerStreams(core);
  core.on(cancelJob, cancelJobReply, ({ tenantId, id, actor, reason }) => {
    const { view } = core.job(tenantId, id);
    if (isTerminal(view.state) && view.state !== 'cancelled') throw fault('cancel.job-finished');
    const stopping = view.state === 'running';
    if (view.state !== 'cancelled') {
      Object.assign(view, reason === undefined ? {} : { reason });
      core.finish(id, 'cancelled');
      Object.assign(core.job(tenantId, id).events.at(-1) ?? {}, { actor }, reason === undefined ? {} : { reason });
    }
    return { id, state: 'cancelled' as const, stopping };
  });
  core.on(replayJob, replayJobReply, ({ tenantId, id }) => {
    const { view } = core.job(tenantId, id);
    if (!isTerminal(view.state)) throw fault('replay.job-unfinished');
    Object.assign(view, { state: 'queued', run: view.run + 1 });
    return { id, run: view.run, state: view.state };
  });
  answerActions(core);
}

function answerStreams(core: MemoryState): void {
  core.on(readLogs, readLogsReply, async ({ tenantId, id, after, level, limit, waitMs = 0 }) => {
    const job = core.job(tenantId, id);
    const lines = () =>
      job.log.filter((line) => isBehind(line, after) && LEVELS.indexOf(line.level) >= LEVELS.indexOf(level ?? 'debug'));
    if (waitMs > 0 && lines().length === 0 && !isTerminal(job.view.state)) await core.change(waitMs);
    const items = lines().slice(0, limit);
    return { items, more: lines().length > limit, finished: isTerminal(job.view.state) };
  });
  core.on(readEvents, readEventsReply, async ({ tenantId, id, after, limit = 100, waitMs = 0 }) => {
    const job = core.job(tenantId, id);
    const placeOf = ({ run, epoch, rank: seq }: EventPlace) => ({ run, epoch, seq });
    const events = () => job.events.filter((event) => isBehind(placeOf(event), after && placeOf(after)));
    if (waitMs > 0 && events().length === 0 && !isTerminal(job.view.state)) await core.change(waitMs);
    const finished = isTerminal(job.view.state);
    return { items: events().slice(0, limit), more: events().length > limit, finished };
  });
}

function isBehind(line: LogPlace, after: LogPlace | undefined): boolean {
  if (!after) return true;
  return (line.run - after.run || line.epoch - after.epoch || line.seq - after.seq) > 0;
}

function answerActions(core: MemoryState): void {
  const find = (tenantId: string, id: string) => {
    const action = core.actions.get(id);
    if (!action || action.tenantId !== tenantId) throw fault('actions.unknown');
    return action;
  };
  core.on(beginAction, actionReply, (begin) => {
    const id = systemRuntime.uuid();
    const fresh = { state: 'running' as const, matched: 0, changed: 0, createdAt: systemRuntime.now() };
    const action = { id, ...begin, ...fresh };
    core.actions.set(id, action);
    return action;
  });
  core.on(readAction, actionReply, ({ tenantId, id }) => find(tenantId, id));
  core.on(stopAction, actionReply, ({ tenantId, id }) => {
    const action = find(tenantId, id);
    if (action.state === 'running') Object.assign(action, { state: 'stopped', finishedAt: systemRuntime.now() });
    return action;
  });
  core.on(listActions, listActionsReply, ({ tenantId }) => ({
    items: [...core.actions.values()].filter((action) => action.tenantId === tenantId).reverse(),
  }));
}
