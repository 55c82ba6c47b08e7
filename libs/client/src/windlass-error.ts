import type { Problem } from './types/problem.js';

/**
 * Every failure of a call. Compare `code`: the service's own, or `client.timeout`, `client.network`,
 * `client.unexpected`, `client.token-invalid`.
 */
export class WindlassError extends Error {
  override readonly name = 'WindlassError';

  constructor(
    readonly code: string,
    message: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly problem?: Problem,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The error that an answer other than 2xx stands for. */
export async function errorOf(response: Response): Promise<WindlassError> {
  return errorOfText(await response.text().catch(() => ''), response.status);
}

/** The same for a problem's text; `status` holds where it is none. */
export function errorOfText(text: string, status: number): WindlassError {
  const problem = problemIn(text);
  if (!problem)
    return new WindlassError('client.unexpected', `The service answered ${status} without saying why.`, status);
  const fields = (problem.errors ?? [])
    .map((field) => `${field.path}: ${field.message}`)
    // The detail may name the first one already.
    .filter((field) => !problem.detail.includes(field))
    .map((field) => ` ${field}`)
    .join(';');
  return new WindlassError(problem.code, `${problem.detail}${fields}`, problem.status ?? status, problem);
}

function problemIn(text: string): Problem | undefined {
  try {
    const parsed = JSON.parse(text) as Partial<Problem> | null;
    return typeof parsed?.code === 'string' && typeof parsed.detail === 'string' ? (parsed as Problem) : undefined;
  } catch {
    return undefined;
  }
}
