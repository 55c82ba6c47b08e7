import { Inject, Injectable } from '@nestjs/common';
import type { Runtime } from '@windlass/clock';
import { asProblem, faultOf, isFault, messageOf } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalOf } from '../auth/principal.js';
import { TokenRecheck } from '../auth/recheck-token.js';
import { LOGGER, RUNTIME } from '../gateway-ports.js';
import { LoadBounds } from '../http/bound-load.js';
import { EventStream, type StreamEvent } from '../http/event-stream.js';
import { StopSignal } from '../http/stop-signal.js';

/** What a stream tells of: read in order, each read going on behind the one before. */
export interface StreamSource {
  /** Waits at most `waitMs` for something to tell. `ended`: nothing follows. */
  next(waitMs: number): Promise<{ events: StreamEvent[]; ended: boolean }>;
}

/** Of one long poll: soon enough to notice a token that has ended and to free the place of a client that has gone. */
const POLL_MS = 5_000;
/** Core away for longer is the client's to know: it may find another gateway. */
const QUIET_OUTAGE_MS = 30_000;
const RETRY_PAUSE_MS = 500;
/** After an answer without news that came at once: what should have waited did not, and must not be asked in a circle. */
const MIN_ROUND_MS = 250;

/** Sends what a source tells as server-sent events until it ends, the client goes, its token ends or the gateway stops. */
@Injectable()
export class JobFollower {
  constructor(
    @Inject(LoadBounds) private readonly load: LoadBounds,
    @Inject(TokenRecheck) private readonly tokens: TokenRecheck,
    @Inject(StopSignal) private readonly stopping: StopSignal,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What fails before the first event is an ordinary answer, so the first read does not wait. */
  async follow(request: FastifyRequest, reply: FastifyReply, source: StreamSource): Promise<void> {
    const leave = this.load.enterStream(request);
    /** The read under way: the place stays taken until it has ended, so that clients which come and go cannot pile them up. */
    let reading: Promise<unknown> = Promise.resolve();
    const read = (waitMs: number) => {
      const next = source.next(waitMs);
      reading = next.catch(() => undefined);
      return next;
    };
    try {
      const first = await read(0);
      const stream = new EventStream(reply, this.runtime);
      const unlisten = this.stopping.listen(() => stream.end());
      try {
        await this.run(request, stream, first, read);
      } catch (error) {
        this.log(error, request);
        await stream.fail(isFault(error) ? error : faultOf(asProblem(error)));
      } finally {
        unlisten();
        stream.end();
      }
    } finally {
      void reading.finally(leave);
    }
  }

  private async run(
    request: FastifyRequest,
    stream: EventStream,
    first: Awaited<ReturnType<StreamSource['next']>>,
    read: StreamSource['next'],
  ): Promise<void> {
    let page: typeof first | undefined = first;
    while (page) {
      for (const event of page.events) if (!(await stream.send(event))) return;
      if (page.ended) {
        await stream.send({ event: 'end', data: {} });
        return;
      }
      page = await this.nextPage(request, stream, read);
    }
  }

  /** Undefined when the stream is over. */
  private async nextPage(request: FastifyRequest, stream: EventStream, read: StreamSource['next']) {
    let awaySinceMs: number | undefined;
    while (!stream.over.fired) {
      await this.tokens.check(request);
      const startedMs = this.runtime.monotonicMs();
      try {
        // After a failure without a wait: core's first answer ends the outage, and may be what closes the circuit.
        const waitMs = awaySinceMs === undefined ? this.tokens.leftMs(principalOf(request), POLL_MS) : 0;
        const page = await stream.over.orEnd(read(waitMs));
        if (page && (page.events.length > 0 || page.ended)) {
          await this.tokens.check(request);
          return page;
        }
        awaySinceMs = undefined;
        const tooSoon = this.runtime.monotonicMs() - startedMs < MIN_ROUND_MS;
        if (page && tooSoon) await stream.over.orEnd(this.runtime.sleep(MIN_ROUND_MS));
      } catch (error) {
        if (!isFault(error) || error.kind !== 'retryable') throw error;
        awaySinceMs ??= startedMs;
        if (this.runtime.monotonicMs() - awaySinceMs >= QUIET_OUTAGE_MS) throw error;
        await stream.over.orEnd(this.runtime.sleep(RETRY_PAUSE_MS * (1 + this.runtime.random())));
      }
    }
    return undefined;
  }

  private log(error: unknown, request: FastifyRequest): void {
    const fields = { operation: 'follow', requestId: request.id };
    if (isFault(error))
      this.logger.debug({ ...fields, code: error.code, cause: messageOf(error.cause ?? '') }, error.detail);
    else this.logger.error({ ...fields, error }, 'bug');
  }
}
