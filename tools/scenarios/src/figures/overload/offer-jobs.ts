import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OfferOrder, OfferReport } from './offer-order.js';

const PROCESS = fileURLToPath(new URL('../../../dist/figures/overload/offer.process.js', import.meta.url));
/** Beyond the run itself: for its last answers, the message and a busy machine. */
const GRACE_MS = 90_000;

/** Runs one order in a process of its own, which ends with it. */
export async function offerJobs(order: OfferOrder): Promise<OfferReport> {
  const child = fork(PROCESS, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<OfferReport>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the offering process does not answer')), order.durationMs + GRACE_MS);
      child.once('message', (report) => resolve(report as OfferReport));
      child.once('exit', (code) => reject(new Error(`the offering process ended with ${code}`)));
      child.send(order);
    });
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
