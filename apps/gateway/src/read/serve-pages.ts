import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayConfig } from '../config/gateway.config.js';
import { JobFollower, type StreamSource } from './follow-job.js';
import { lastEventId, wantsStream } from './wants-stream.js';

const DEFAULT_LIMIT = 100;
/** Of one read of a stream: a slow client makes us hold it, with lines of the longest kind 800 KiB. */
const STREAM_LIMIT = 100;

/** Which part: strictly behind `after`. With `waitMs` the answer waits for something to come. */
export interface PageQuestion<Place> {
  after?: Place;
  limit: number;
  waitMs?: number;
}

/** How core is asked: a long poll has its own time and is no sign of a core that does not answer. */
export type CallOptions = { timeoutMs?: number; kind?: 'wait' };

/** Something of a job that only grows: its items have places, in order. */
export interface Growing<Place, Item, Shape> {
  /** Name of its events in a stream. */
  event: string;
  parsePlace(text: string, where: string): Place;
  placeText(item: Item): string;
  present(item: Item): Shape;
  read(
    question: PageQuestion<Place>,
    options: CallOptions,
  ): Promise<{ items: Item[]; more: boolean; finished: boolean }>;
}

/** Answers a growing thing by the page, or follows it as server-sent events, behind the place that the client has. */
@Injectable()
export class PageServer {
  constructor(
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(JobFollower) private readonly follower: JobFollower,
  ) {}

  async serve<Place, Item, Shape>(
    request: FastifyRequest,
    reply: FastifyReply,
    query: { after?: string; limit?: number },
    growing: Growing<Place, Item, Shape>,
  ): Promise<void> {
    const after = query.after === undefined ? undefined : growing.parsePlace(query.after, 'after');
    if (wantsStream(request)) {
      const last = lastEventId(request);
      const from = last === undefined ? after : growing.parsePlace(last, 'Last-Event-ID');
      return this.follower.follow(request, reply, this.source(growing, from));
    }
    const page = await growing.read({ ...behind(after), limit: query.limit ?? DEFAULT_LIMIT }, {});
    const last = page.more ? page.items.at(-1) : undefined;
    const answer = {
      items: page.items.map(growing.present),
      ...(last === undefined ? {} : { nextAfter: growing.placeText(last) }),
      finished: page.finished,
    };
    reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  }

  private source<Place, Item, Shape>(growing: Growing<Place, Item, Shape>, from: Place | undefined): StreamSource {
    let after = from;
    return {
      next: async (waitMs) => {
        const question = { ...behind(after), limit: STREAM_LIMIT };
        const page = await (waitMs === 0
          ? growing.read(question, {})
          : growing.read({ ...question, waitMs }, { timeoutMs: this.config.rpcTimeoutMs + waitMs, kind: 'wait' }));
        const events = page.items.map((item) => ({
          event: growing.event,
          id: growing.placeText(item),
          data: growing.present(item) as object,
        }));
        const last = events.at(-1);
        if (last) after = growing.parsePlace(last.id, 'Last-Event-ID');
        return { events, ended: page.finished && !page.more };
      },
    };
  }
}

const behind = <Place>(after: Place | undefined): { after?: Place } => (after === undefined ? {} : { after });
