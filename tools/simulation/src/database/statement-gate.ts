import type { Draw } from '@windlass/proof';
import type { Weather } from '../faults/weather.js';
import type { Instance } from '../world/instance.js';
import type { World } from '../world/world.js';
import { BlockedStatements } from './blocked-statements.js';
import { OpenTransactions } from './open-transactions.js';
import type { Answer, PhysicalConnection } from './physical-connections.js';
import type { SimulationDatabase } from './place-database.js';
import type { Fate, Session, Statement } from './statement.js';
import * as failures from './statement.js';

/** How long a commit may come after what it commits: mostly some ms, now and then a part of the lease. */
const SHORT_HOLD_MS = 60;
const LONG_HOLD = 0.15;
const LONG_HOLDS = 0.1;

/** What clients or workers wait for. */
const WRITES = /^(insert|finish|retry|cancel|replay|claim)-/;

export interface GateOptions {
  world: World;
  database: SimulationDatabase;
  weather: () => Weather;
  leaseMs: number;
  /** Changes a statement's text on its way: to break the product on purpose. */
  mangle?: (text: string) => string;
}

/**
 * Where all statements of all instances pass. Each travels for a moment, runs on the real PostgreSQL while nothing else does, and its
 * answer travels for a moment: so another instance's statement, a timer, a message or a fault can come between any two.
 */
export class StatementGate {
  private away = false;
  private awayAtCommit = false;
  private readonly chance: Draw;
  private readonly flying = new Set<Statement>();
  private readonly blocked: BlockedStatements;
  private readonly open: OpenTransactions;
  private readonly timeoutMs: { lock: number; query: number };

  constructor(private readonly options: GateOptions) {
    const { world, leaseMs, database } = options;
    this.chance = world.draw.fork('statements');
    this.blocked = new BlockedStatements(database.control);
    // The product's 4, 6 and 10 s, with the lease of a seed in the place of 20 s.
    this.timeoutMs = { lock: leaseMs * 0.2, query: leaseMs * 0.3 };
    this.open = new OpenTransactions(world, database.connections, this.blocked, leaseMs * 0.5);
  }

  session(instance: Instance, kind: Session['kind']): Session {
    return { instance, kind, physical: undefined, count: 0, lockTimeoutMs: this.timeoutMs.lock, broken: false };
  }

  send(session: Session, query: Statement['query'], tell: Statement['tell']): void {
    if (!session.instance.alive) return;
    const label = query.name ?? query.text.slice(0, 60).replaceAll(/\s+/g, ' ');
    const fate = this.drawFate();
    const open = { dropped: false, executed: false, answered: false };
    const statement: Statement = { session, query, tell, label, fate, ...open };
    if (session.broken) this.answer(statement, { error: failures.notQueryable() });
    else if (this.away) this.refuse(statement);
    else {
      this.flying.add(statement);
      if (fate === 'lost-before') this.lose(statement, true);
      else this.execute(statement, this.options.world.travelMs());
    }
  }

  /** The server is gone: what was not committed never was. `atCommit`: as soon as a batch was written whose writer has not heard of it. */
  goAway(atCommit: boolean): void {
    this.awayAtCommit = atCommit;
    if (atCommit) return;
    this.away = true;
    this.cut();
    this.open.undoHolds();
  }

  comeBack(): void {
    this.away = false;
    this.awayAtCommit = false;
  }

  /** The connections of one instance, or of all, end. What is on its way may still arrive, or not. */
  cut(instance?: Instance): void {
    for (const statement of [...this.flying]) {
      if (instance && statement.session.instance !== instance) continue;
      this.lose(statement, this.chance.chance(0.5));
    }
    for (const session of this.open.of(instance)) this.open.breakOff(session);
  }

  /** Ends what is still open, for the next seed. */
  close(): Promise<void> {
    return this.open.endAll();
  }

  private strikes(what: keyof Weather): boolean {
    const likely = this.options.weather()[what];
    return likely > 0 && this.chance.chance(likely);
  }

  private drawFate(): Fate {
    if (this.strikes('loseStatement')) return 'lost-before';
    if (this.strikes('loseAnswer')) return 'lost-after';
    return this.strikes('lateAnswer') ? 'late' : 'arrives';
  }

  private lose(statement: Statement, dropped: boolean): void {
    if (dropped && !statement.executed) {
      statement.dropped = true;
      this.flying.delete(statement);
    }
    this.open.breakOff(statement.session);
    this.answer(statement, { error: failures.connectionLost() });
  }

  private refuse(statement: Statement): void {
    const { session } = statement;
    session.broken = true;
    this.answer(statement, { error: session.count > 0 ? failures.connectionLost() : failures.refused() });
  }

  private execute(statement: Statement, inMs: number): void {
    const { world } = this.options;
    world.after(inMs, `sql ${statement.session.instance.name} ${statement.label}`, () => {
      if (statement.dropped) return;
      if (!this.away) return world.awaitOutside(this.run(statement));
      this.flying.delete(statement);
      this.refuse(statement);
    });
  }

  private async run(statement: Statement): Promise<void> {
    const { world, database } = this.options;
    const { session } = statement;
    // Its transaction is gone already.
    if (session.count > 0 && !session.physical) return void this.flying.delete(statement);
    const physical = session.physical ?? (await database.connections.take(session.kind));
    if (!this.blocked.admits(physical)) {
      if (!session.physical) database.connections.giveBack(session.kind, physical);
      return this.blocked.defer(() => this.execute(statement, 0));
    }
    world.statements += 1;
    statement.executed = true;
    const startedMs = Math.min(world.nowMs, this.blocked.oldestMs ?? world.nowMs);
    database.setClock(world.nowMs, startedMs);
    database.setWriter(physical, session.instance.name);
    const mayBlock = this.open.othersThan(session);
    const alone = !session.physical;
    this.open.noteBegin(statement, physical);
    if (alone && !session.physical && session.kind === 'engine' && this.strikes('holdCommit'))
      await this.open.hold(statement, physical);
    const asked = physical.ask(this.mangled(statement.query));
    const outcome = await this.blocked.watch(physical, asked, mayBlock);
    if (outcome === 'blocked') await this.wait(statement, physical, asked);
    else await this.ran(statement, physical, outcome);
  }

  private mangled(query: Statement['query']): Statement['query'] {
    const { mangle } = this.options;
    const text = mangle ? mangle(query.text) : query.text;
    return text === query.text ? query : { ...query, text, ...(query.name ? { name: `${query.name} mangled` } : {}) };
  }

  private async wait(statement: Statement, physical: PhysicalConnection, asked: Promise<Answer>): Promise<void> {
    const { world } = this.options;
    world.note(`${statement.label} waits for a lock`);
    let timedOut = false;
    let over = false;
    await this.blocked.add({
      ...{ physical, asked, sinceMs: world.nowMs },
      onAnswer: (outcome) => {
        over = true;
        const late = timedOut && 'error' in outcome;
        return this.ran(statement, physical, late ? { error: failures.lockNotAvailable() } : outcome);
      },
    });
    world.after(statement.session.lockTimeoutMs, `lock timeout ${statement.label}`, () => {
      if (over) return;
      timedOut = true;
      world.awaitOutside(this.blocked.cancel(physical));
    });
  }

  /** Its answer is there. What it did may let others go on. */
  private async ran(statement: Statement, physical: PhysicalConnection, outcome: Answer): Promise<void> {
    const { session } = statement;
    this.noteOutcome(statement, outcome);
    if (this.open.holds(physical, statement)) return this.commitLater(statement, physical, outcome);
    this.flying.delete(statement);
    this.open.noteEnd(statement, physical);
    await this.blocked.settle();
    if (this.awayAtCommit && WRITES.test(statement.label) && !session.physical) this.goAwayBefore(statement);
    this.tellOutcome(statement, outcome);
  }

  /** It has committed, and nobody hears of it. */
  private goAwayBefore(statement: Statement): void {
    this.answer(statement, { error: failures.connectionLost() });
    this.goAway(false);
    this.awayAtCommit = false;
  }

  private commitLater(statement: Statement, physical: PhysicalConnection, outcome: Answer): void {
    const { world, leaseMs } = this.options;
    const mostMs = this.chance.chance(LONG_HOLDS) ? leaseMs * LONG_HOLD : SHORT_HOLD_MS;
    world.after(this.chance.next() * mostMs, `commit of ${statement.label}`, () => {
      // The server went down meanwhile.
      if (!this.open.holds(physical, statement)) return;
      const commit = async () => {
        await this.open.endHold(physical, 'error' in outcome ? 'rollback' : 'commit');
        this.flying.delete(statement);
        this.tellOutcome(statement, outcome);
      };
      world.awaitOutside(commit());
    });
  }

  private noteOutcome({ session, query }: Statement, outcome: Answer): void {
    const { world } = this.options;
    if ('error' in outcome) world.note(`! ${outcome.error.code ?? ''} ${outcome.error.message}`);
    else {
      // TypeORM's queries often name no order, and what PostgreSQL then does depends on where rows lie: as chance would have it.
      if (session.kind !== 'engine' && !/order by/i.test(query.text)) sortRows(outcome.rows);
      world.note(JSON.stringify(outcome.rows));
    }
  }

  private tellOutcome(statement: Statement, outcome: Answer): void {
    const lost = statement.fate === 'lost-after';
    if (lost) this.open.breakOff(statement.session);
    this.answer(statement, lost ? { error: failures.connectionLost() } : outcome);
  }

  /** A late answer comes after the driver has given up waiting, which ends the connection. */
  private answer(statement: Statement, outcome: Answer): void {
    const { world } = this.options;
    const { session, tell, label } = statement;
    if (statement.answered) return;
    statement.answered = true;
    const lateMs = statement.fate === 'late' ? this.chance.next() * this.timeoutMs.query * 1.5 : 0;
    const givenUp = lateMs > this.timeoutMs.query;
    if (givenUp) this.open.breakOff(session);
    const run = () => {
      if (givenUp) tell(failures.tooLate(), undefined);
      else if ('error' in outcome) tell(outcome.error, undefined);
      else tell(undefined, outcome.result);
    };
    world.after(world.travelMs() + Math.min(lateMs, this.timeoutMs.query), `answer ${label}`, run, session.instance);
  }
}

function sortRows(rows: unknown[]): void {
  const texts = new Map(rows.map((row) => [row, JSON.stringify(row)]));
  rows.sort((a, b) => (texts.get(a)! < texts.get(b)! ? -1 : 1));
}
