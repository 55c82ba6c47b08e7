/**
 * The broker port. It carries bytes and promises little: a message may be lost, repeated or reordered, and everything
 * built on it must heal from PostgreSQL (decision 1). Two adapters: RabbitMQ and in-process.
 */
export interface Broker {
  /** 'up' while calls can succeed now. */
  readonly state: 'up' | 'down';
  /** Called at each change of state, with the new one. Returns the way to stop listening. */
  onState(listener: (state: 'up' | 'down') => void): () => void;

  /**
   * Makes sure that a job queue exists, with its dead-letter target.
   * `created` says that it did not exist before: whatever had been sent to it is lost and must be due again.
   */
  declareQueue(queue: string): Promise<{ created: boolean }>;
  /** Removes a job queue and what is in it. Missing is fine. */
  deleteQueue(queue: string): Promise<void>;

  /**
   * Sends one job message. Resolves 'routed' once the broker has confirmed it and a queue took it, 'unroutable' when no queue
   * did (mandatory and returned). Rejects `broker.unavailable` when not confirmed within `timeoutMs`: it may or may not be there.
   * While disconnected it rejects at once; nothing is buffered. The body must not change until the promise has settled.
   */
  publish(queue: string, body: Uint8Array, options: PublishOptions): Promise<'routed' | 'unroutable'>;

  /**
   * Consumes a job queue with manual acknowledgement and at most `prefetch` unacknowledged messages. Consumption comes back by
   * itself after a reconnect; `onMissing` is called (at once, then at most every second) while the queue does not exist.
   * Resolves when the first attempt to consume has ended, also when the queue is missing; while disconnected at once.
   * `onMessage` must not throw: a message over which it does goes to the dead-letter queue.
   */
  consume(queue: string, options: ConsumeOptions, onMessage: (delivery: Delivery) => void): Promise<Subscription>;

  /**
   * Sends a request to one of the servers of `service` and resolves with its answer's bytes. The message expires with the deadline.
   * Rejects `broker.unavailable` at once while disconnected or when nobody serves: then nobody has seen it. Rejects
   * `broker.timeout` after `timeoutMs`, or at once when the connection is lost under way: then the outcome is unknown.
   * The body must not change until the promise has settled.
   */
  request(service: string, body: Uint8Array, options: { timeoutMs: number }): Promise<Uint8Array>;
  /**
   * Serves requests: at most `concurrency` at a time. Comes back after a reconnect; resolves as `consume` does. A handler never
   * rejects by contract (errors travel inside the answer); if it does, the request is left to time out and `onError` hears of it.
   * A request may be served twice: when its server is lost before it has answered, another gets it, within its time.
   */
  serve(
    service: string,
    options: ServeOptions,
    handler: (body: Uint8Array) => Promise<Uint8Array>,
  ): Promise<Subscription>;

  /**
   * Tells everyone who listens now, at most once each; nothing is kept for later. Resolves when the broker has it; rejects
   * `broker.unavailable`. After each change of state to 'up' a listener may have missed some.
   */
  broadcast(topic: string, body: Uint8Array): Promise<void>;
  listen(topic: string, onMessage: (body: Uint8Array) => void): Promise<Subscription>;

  /** Round trip to the broker; rejects `broker.unavailable` after `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;
  /** Stops consumers, waits for running handlers and for confirms under way (bounded), closes. Later calls reject `broker.unavailable`. */
  close(): Promise<void>;
}

export interface PublishOptions {
  /** The broker drops the message after this long in the queue. */
  ttlMs: number;
  /** Survives a broker restart. Job messages need not: what is lost is due again. */
  persistent: boolean;
  timeoutMs: number;
}

export interface ConsumeOptions {
  prefetch: number;
  onMissing?: () => void;
}

export interface ServeOptions {
  concurrency: number;
  onError?: (error: unknown) => void;
}

/**
 * One message in hand. Exactly one of the three is called, once; later calls do nothing, also after the channel is gone.
 * The body must not be changed.
 */
export interface Delivery {
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  ack(): void;
  /** Back to the queue, for anyone. */
  requeue(): void;
  /** To the dead-letter queue: unreadable, not to be tried again. */
  deadLetter(): void;
}

export interface Subscription {
  /**
   * Stops delivery. Of `consume`: every message still in hand goes back to the queue before this resolves. Of `serve`: waits
   * (bounded) until the requests in hand are answered. Never rejects; a second call waits for the first.
   */
  cancel(): Promise<void>;
}
