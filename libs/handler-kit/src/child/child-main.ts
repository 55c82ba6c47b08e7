import { describeError } from '../describe-error.js';
import { exportedDefinitions } from '../exported-definitions.js';
import type { FromChild, ToChild } from '../ipc-messages.js';
import { JOURNAL_FD, JournalWriter } from '../journal.js';
import type { AnyDefinition } from '../load-handlers.js';
import { RunQueue } from './run-queue.js';
import { tellPrintedLines } from './tell-printed-lines.js';

/** Told apart from a handler's own exit codes in logs only. EX_SOFTWARE of sysexits.h. */
const EXIT_AFTER_FAULT = 70;
/** For the verdict to leave the process; a full pipe means that the runner is gone or stuck. */
const LAST_WORDS_MS = 1_000;

const post = process.send?.bind(process);
if (!post) throw new Error('This file is started by the runner, with an IPC channel.');
// Libraries that find process.send take us for their own parent (pm2's "ready" and the like).
process.send = undefined;

const send = (message: FromChild, taken?: () => void): void => {
  if (process.connected) post(message, undefined, undefined, () => taken?.());
};
const queue = new RunQueue(send, new JournalWriter(JOURNAL_FD));

process.on('message', (message: ToChild) => {
  switch (message.t) {
    case 'load':
      void load(message);
      break;
    case 'jobs':
      queue.add(message.jobs);
      break;
    case 'abort':
      queue.abort(message.seq, message.cause);
      break;
    case 'release':
      queue.release(message.seq);
      break;
    case 'file-done':
      queue.fileDone(message);
      break;
  }
});

async function load(message: ToChild & { t: 'load' }): Promise<void> {
  process.title = message.title;
  if (!message.ownScratch) tellPrintedLines(() => queue.context);
  try {
    const definition = exportedDefinitions((await import(message.module)) as object)[message.exportIndex];
    if (!definition) throw new Error(`${message.module} no longer exports definition ${message.exportIndex}.`);
    send({ t: 'loaded' });
    queue.open(definition as AnyDefinition, message.ownScratch);
  } catch (error) {
    send({ t: 'load-failed', error: describeError(error, 'module-failed') });
  }
}

/** The runner is gone, even by SIGKILL: this process and whatever it started go, too. */
process.on('disconnect', () => {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } finally {
    process.exit(EXIT_AFTER_FAULT);
  }
});

/** The handler's state is unknown from here on: the running attempt fails, those behind it go to a new child. */
function endAfter(fault: unknown, code: string): void {
  const exit = () => process.exit(EXIT_AFTER_FAULT);
  setTimeout(exit, LAST_WORDS_MS);
  queue.end(describeError(fault, code), exit);
}
process.on('uncaughtException', (error) => endAfter(error, 'uncaught-exception'));
process.on('unhandledRejection', (reason) => endAfter(reason, 'unhandled-rejection'));
