import type { World } from '../world/world.js';
import type { BlockedStatements } from './blocked-statements.js';
import type { PhysicalConnection, PhysicalConnections } from './physical-connections.js';
import type { Session, Statement } from './statement.js';

const BEGIN = /^\s*(begin|start transaction)/i;
const END = /^\s*(commit|rollback)\s*;?$/i;
const LOCK_TIMEOUT = /set local lock_timeout = (\d+)/i;

/** Sessions of the server that hold locks: those in a service's transaction, and those whose commit comes later than what they did. */
export class OpenTransactions {
  private readonly sessions = new Set<Session>();
  private readonly holding = new Map<PhysicalConnection, Statement>();

  constructor(
    private readonly world: World,
    private readonly connections: PhysicalConnections,
    private readonly blocked: BlockedStatements,
    /** How long a service may say nothing in a transaction until the server ends it. */
    private readonly idleMs: number,
  ) {}

  /** Whether somebody else may hold what this session asks for. */
  othersThan({ physical }: Session): boolean {
    return this.sessions.size + this.holding.size > (physical ? 1 : 0);
  }

  of(instance: Session['instance'] | undefined): Session[] {
    return [...this.sessions].filter((session) => !instance || session.instance === instance);
  }

  /** Notes that the statement begins a transaction, if it does. */
  noteBegin({ session, query }: Statement, physical: PhysicalConnection): void {
    if (!BEGIN.test(query.text)) return;
    session.physical = physical;
    session.lockTimeoutMs = Number(LOCK_TIMEOUT.exec(query.text)?.[1] ?? session.lockTimeoutMs);
    this.sessions.add(session);
  }

  /** A statement has ended: the session goes on with its transaction, or its connection is free. */
  noteEnd({ session, query }: Statement, physical: PhysicalConnection): void {
    session.count = session.physical ? session.count + 1 : 0;
    if (session.physical && !END.test(query.text)) {
      this.watchIdle(session);
      return;
    }
    session.physical = undefined;
    session.count = 0;
    this.sessions.delete(session);
    this.giveBack(session, physical);
  }

  /** The connection is gone; an open transaction is undone as soon as the server notices. */
  breakOff(session: Session): void {
    session.broken = true;
    if (!session.physical) return;
    this.world.after(this.world.travelMs(), `rollback of ${session.instance.name}`, () => {
      if (session.physical) this.world.awaitOutside(this.rollBack(session));
    });
  }

  async hold(statement: Statement, physical: PhysicalConnection): Promise<void> {
    await physical.ask({ text: 'begin' });
    this.holding.set(physical, statement);
  }

  holds(physical: PhysicalConnection, statement: Statement): boolean {
    return this.holding.get(physical) === statement;
  }

  async endHold(physical: PhysicalConnection, text: 'commit' | 'rollback'): Promise<void> {
    const statement = this.holding.get(physical);
    if (!statement) return;
    this.holding.delete(physical);
    await this.blocked.cancel(physical);
    await physical.ask({ text });
    this.giveBack(statement.session, physical);
    await this.blocked.settle();
  }

  /** As if the server had gone down. */
  undoHolds(): void {
    for (const physical of [...this.holding.keys()]) {
      this.world.after(0, 'undo', () => this.world.awaitOutside(this.endHold(physical, 'rollback')));
    }
  }

  async endAll(): Promise<void> {
    for (const session of [...this.sessions]) await this.rollBack(session);
    for (const physical of [...this.holding.keys()]) await this.endHold(physical, 'rollback');
    await this.blocked.settle();
  }

  private async rollBack(session: Session): Promise<void> {
    const { physical } = session;
    if (!physical) return;
    await this.blocked.cancel(physical);
    session.physical = undefined;
    this.sessions.delete(session);
    await physical.ask({ text: 'rollback' });
    this.giveBack(session, physical);
    await this.blocked.settle();
  }

  private watchIdle(session: Session): void {
    const { physical, count } = session;
    this.world.after(this.idleMs, 'idle in transaction', () => {
      if (session.physical === physical && session.count === count) this.breakOff(session);
    });
  }

  private giveBack({ kind }: Session, physical: PhysicalConnection): void {
    this.connections.giveBack(kind, physical);
  }
}
