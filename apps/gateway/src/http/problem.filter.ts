import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, NotFoundException } from '@nestjs/common';
import type { Runtime } from '@windlass/clock';
import { type Fault, type FaultCode, fault, messageOf } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, RUNTIME } from '../gateway-ports.js';
import { faultOfException } from './fault-of-exception.js';
import { operationOf } from './log-requests.js';
import { RouteTable } from './route-table.js';
import { sendProblem } from './send-problem.js';

/** Refusals that come by the thousand when they come: a line for each would be a load of its own. */
const FLOODS: ReadonlySet<FaultCode> = new Set(['http.overloaded', 'broker.circuit-open', 'submit.not-accepted']);
const FLOOD_LINE_EVERY_MS = 1_000;

/** The one place where anything thrown becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly toldAtMs = new Map<FaultCode, number>();

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(RouteTable) private readonly routes: RouteTable,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = this.faultFor(exception, request);
    this.log(known, exception, request);
    if (reply.sent || reply.raw.headersSent) {
      // Half an answer is out. Breaking the connection is the only way left to say that it is not whole.
      reply.raw.destroy();
      return;
    }
    sendProblem(reply, known);
  }

  private faultFor(exception: unknown, request: FastifyRequest): Fault {
    if (exception instanceof NotFoundException && exception.cause === undefined) {
      return this.routes.faultFor(request.method, request.url);
    }
    return (
      faultOfException(exception) ??
      fault('internal.bug', {
        detail: 'The failure was logged. Repeat the request; if it persists, report its X-Request-Id.',
        cause: exception,
      })
    );
  }

  private log(known: Fault, exception: unknown, request: FastifyRequest): void {
    const fields = { operation: operationOf(request), requestId: request.id, code: known.code, status: known.status };
    if (known.status < 500 || !this.isNews(known.code)) this.logger.debug(fields, known.detail);
    else if (known.kind === 'retryable')
      this.logger.warn({ ...fields, cause: messageOf(known.cause ?? '') }, known.detail);
    else this.logger.error({ ...fields, error: exception }, 'bug');
  }

  private isNews(code: FaultCode): boolean {
    if (!FLOODS.has(code)) return true;
    const nowMs = this.runtime.monotonicMs();
    if (nowMs - (this.toldAtMs.get(code) ?? Number.NEGATIVE_INFINITY) < FLOOD_LINE_EVERY_MS) return false;
    this.toldAtMs.set(code, nowMs);
    return true;
  }
}
