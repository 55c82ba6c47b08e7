/** The worker that a handler runs on; its environment tells (HANDLER_ENV). */
export function workerName(): string {
  return process.env.WORKER_NAME ?? '';
}
