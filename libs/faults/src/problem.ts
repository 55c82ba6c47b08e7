import { Fault, type FieldError } from './fault.js';
import { FAULT_CODES, type FaultCode } from './fault-codes.js';

/** A fault as plain data: RFC 9457 problem details, also what RPC replies carry between our services. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: FaultCode;
  detail: string;
  errors?: FieldError[];
  retryAfterMs?: number;
}

/** Anything thrown as public problem details. What is not a Fault is a bug: its text stays out. */
export function asProblem(error: unknown): Problem {
  const known =
    error instanceof Fault
      ? error
      : new Fault('internal.bug', {
          detail: 'The failure was logged. Repeat the request; if it persists, report its request id.',
        });
  return {
    type: `urn:windlass:fault:${known.code}`,
    title: known.title,
    status: known.status,
    code: known.code,
    detail: known.detail,
    ...(known.fields ? { errors: known.fields } : {}),
    ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
  };
}

/** The way back: a problem from another service as the Fault it was. An unknown code (a newer peer) is a bug here. */
export function faultOf(problem: Problem): Fault {
  const code: FaultCode = problem.code in FAULT_CODES ? problem.code : 'internal.bug';
  return new Fault(code, {
    detail: problem.detail,
    ...(problem.errors ? { fields: problem.errors } : {}),
    ...(problem.retryAfterMs === undefined ? {} : { retryAfterMs: problem.retryAfterMs }),
  });
}
