/** What the worker lets through to handlers (HANDLER_ENV): where they write to, and whose child they are. */
export const SINK_VARIABLE = 'CHAOS_SINK';
export const WORKER_VARIABLE = 'CHAOS_WORKER';

export function sinkFile(): string {
  const file = process.env[SINK_VARIABLE];
  // Imported by the worker itself too, which never runs a handler.
  if (file === undefined) throw new Error(`${SINK_VARIABLE} is not set`);
  return file;
}

export function workerName(): string {
  return process.env[WORKER_VARIABLE] ?? '';
}
