import type pg from 'pg';

interface Result {
  jobId: string;
  n: number;
  md5: string;
  sha256: string;
}

interface Waiting {
  result: Result;
  resolve(): void;
  reject(error: unknown): void;
}

const INSERT = {
  name: 'insert-results',
  text: 'insert into results select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[]) on conflict do nothing',
};

/** Results in micro-batches: one insert is under way, what arrives meanwhile is the next. The peer gets our own trick. */
export class ResultWriter {
  private waiting: Waiting[] = [];
  private writing = false;

  constructor(private readonly pool: pg.Pool) {}

  /** Resolves once the result is committed. */
  write(result: Result): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ result, resolve, reject });
      if (this.writing) return;
      this.writing = true;
      queueMicrotask(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      const results = batch.map(({ result }) => result);
      const values = [
        results.map(({ jobId }) => jobId),
        results.map(({ n }) => n),
        results.map(({ md5 }) => md5),
        results.map(({ sha256 }) => sha256),
      ];
      try {
        await this.pool.query({ ...INSERT, values });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.writing = false;
  }
}
