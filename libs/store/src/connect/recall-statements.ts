import { Socket } from 'node:net';
import pg from 'pg';

/** Destroyed before its end, it is reset. A TLS connection closes through its raw socket, which is this one. */
class RecallingSocket extends Socket {
  private reason: { error: Error | undefined } | undefined;

  override destroy(error?: Error): this {
    if (this.reason) return super.destroy(this.reason.error);
    // After an orderly end nothing is left to drop, before a connection nothing was sent; a UNIX socket has no network in between.
    const orderly = this.writableFinished || this.connecting || this.destroyed || this.remoteAddress === undefined;
    if (orderly) return super.destroy(error);
    this.reason = { error };
    return this.resetAndDestroy(); // calls this method again
  }
}

/** The driver's own words: it gives this error no code. */
const LATE = 'Query read timeout';

/** Without this, a transaction's statement that came late would leave its connection in use, and each next one wait behind it. */
class RecallingClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const ask = this.query.bind(this) as (...args: unknown[]) => unknown;
    const watched = (...args: unknown[]) => {
      const told = args.at(-1);
      if (typeof told === 'function') {
        const tell = (error: unknown, result: unknown) => {
          this.giveUpWhenLate(error);
          told(error, result);
        };
        return ask(...args.slice(0, -1), tell);
      }
      const answer = ask(...args);
      if (answer instanceof Promise) answer.catch((error: unknown) => this.giveUpWhenLate(error));
      return answer;
    };
    this.query = watched as typeof this.query;
  }

  /** With a statement under way, `end` destroys the socket. */
  private giveUpWhenLate(error: unknown): void {
    if (error instanceof Error && error.message === LATE) void this.end();
  }
}

/**
 * A statement whose answer did not come in time must not be carried out later: the kernel goes on sending for minutes what a
 * closed socket leaves behind, and delivers it once a partition heals, when the repetition's job may have finished already. So a
 * connection that is given up is reset, which drops what is undelivered, and a statement that is late gives up its
 * connection at once. What has left this machine cannot be recalled; `statement_timeout` bounds that.
 */
export const RECALLING = { stream: () => new RecallingSocket(), Client: RecallingClient };
