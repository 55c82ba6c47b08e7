import { Injectable } from '@nestjs/common';
import { type Database, dropGarbage, storeFault, takeDueGarbage } from '@windlass/store';

/** Time enough to delete thousands of objects; a worker that died has its share lent to another then. */
const LEND_MS = 300_000;

const rethrowAsFault = (error: unknown): never => {
  throw storeFault(error);
};

/** Which prefixes of the storage workers may clear (decision 0014). */
@Injectable()
export class Garbage {
  constructor(private readonly db: Pick<Database, 'engine'>) {}

  lend(limit: number): Promise<{ id: string; prefix: string }[]> {
    return takeDueGarbage(this.db.engine, limit, LEND_MS).catch(rethrowAsFault);
  }

  collected(ids: string[]): Promise<void> {
    return dropGarbage(this.db.engine, ids).catch(rethrowAsFault);
  }
}
