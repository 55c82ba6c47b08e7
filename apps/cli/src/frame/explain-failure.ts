import { WindlassError } from '@windlass/client';
import { CliFailure, Interrupted, UsageFailure } from './cli-failure.js';

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** As shells have it for a command that SIGINT ended. */
export const EXIT_INTERRUPTED = 130;

export interface Explained {
  /** Ends with a newline. */
  text: string;
  exitCode: number;
}

/** Any error as what a person reads on standard error: what happened, and on a second line what to do. */
export function explainFailure(error: unknown): Explained {
  const hint = hintFor(error);
  const text = `windlass: ${messageFor(error)}\n${hint ? `  ${hint}\n` : ''}`;
  return { text, exitCode: exitCodeOf(error) };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return EXIT_INTERRUPTED;
  return error instanceof UsageFailure ? EXIT_USAGE : EXIT_FAILED;
}

export function messageFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof WindlassError && error.problem) return `${error.message} (${error.code})`;
  if (error instanceof WindlassError && error.code === 'client.network') return `${error.message}${rootReason(error)}`;
  return error.message || error.name;
}

function hintFor(error: unknown): string | undefined {
  if (error instanceof CliFailure) return error.hint;
  if (error instanceof WindlassError) return hintForAnswer(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'Check the path.';
  if (code === 'EACCES' || code === 'EPERM') return 'Check who owns it and what this user may do there.';
  if (code === 'EADDRINUSE') return 'Something else listens there: choose another port with --port, or 0 for any.';
  return undefined;
}

const HINTS: Record<string, string> = {
  'submit.type-unknown': '`windlass types` lists what can be submitted.',
  'submit.queue-unknown': '`windlass queues` lists those that there are; `windlass queues put NAME` makes one.',
  'submit.duplicate': 'Wait for that job, or choose --on-duplicate return or replace.',
  'submit.key-reused': 'Take another --idempotency-key, or repeat exactly what was sent with it.',
  'cancel.job-finished': '`windlass get ID` shows how it ended.',
  'replay.job-unfinished': '`windlass why ID` says what it waits for; `windlass cancel ID` ends it.',
  'queues.unknown': '`windlass queues` lists those that there are; `windlass queues put NAME` makes one.',
  'queues.not-empty': '`windlass queues purge NAME` cancels what waits there.',
  'actions.unknown': '`windlass actions list` shows those that there are.',
  'actions.too-many': 'Wait until one has ended, or stop one: windlass actions stop ID',
};

function hintForAnswer(error: WindlassError): string | undefined {
  if (error.code === 'client.network') {
    return 'Is it running there? Start one with `windlass dev`, or name another by --url, WINDLASS_URL or a context.';
  }
  const byCode = HINTS[error.code];
  if (byCode !== undefined) return byCode;
  if (error.status === 401) return 'Give a valid token by --token or WINDLASS_TOKEN; `windlass token` makes one.';
  if (error.status === 403) return 'Use a token or API key with that scope.';
  if (error.status === 404) return 'Ids of other tenants count as unknown: is the token the right one?';
  if (error.status === 429 || error.status === 503) return 'Try again in a moment.';
  return undefined;
}

/** fetch says only that it failed; why stands further down. */
function rootReason(error: Error): string {
  let root: unknown = error;
  for (let depth = 0; depth < 5 && root instanceof Error && root.cause !== undefined; depth += 1) root = root.cause;
  const { code, message } = root as NodeJS.ErrnoException;
  return root === error || !(code || message) ? '' : ` (${code ?? message})`;
}
