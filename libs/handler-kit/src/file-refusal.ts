import { describeError, read } from './describe-error.js';
import { FailJob } from './end-job.js';

/** Why a file was not fetched or stored, on its way to the handler. */
export interface FileRefusal {
  message: string;
  code?: string;
  /** The same request would be refused again. */
  final?: true;
}

/** Kinds of the platform's faults that another attempt does not mend: an unknown id stays unknown. */
const FINAL_KINDS: readonly unknown[] = ['invalid', 'not-found', 'conflict', 'forbidden', 'terminal'];

export function refusalOf(error: unknown): FileRefusal {
  const { message } = describeError(error);
  const code = read(error, 'code');
  return {
    message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(FINAL_KINDS.includes(read(error, 'kind')) ? { final: true } : {}),
  };
}

/** What the handler catches. If it does not, the job ends with it, or is tried again where that may help. */
export function errorOfRefusal({ message, code, final }: FileRefusal): Error & { code?: string } {
  if (final) return new FailJob(message, code);
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
