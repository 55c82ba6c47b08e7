import { Worker } from 'node:worker_threads';
import type { Counterexample, Looked, SequenceOptions } from './check-sequences.js';
import type { ModelOptions } from './options.js';

export interface ModelResult {
  ok: boolean;
  seed: number;
  looked: Looked;
  counterexample?: Counterexample;
}

type Part = Omit<SequenceOptions, 'code'>;
type Answer = { looked: Looked; counterexample?: Counterexample };

/** A part has a seed of its own: what it plays depends neither on the number of threads nor on their pace. */
const PART = 20_000;

/** Plays all parts in threads, until one finds a counterexample. @throws Error of a thread that failed otherwise */
export async function playParallel(
  options: ModelOptions,
  onProgress: (sequences: number) => void,
): Promise<ModelResult> {
  const shares = shareOut(partsOf(options), options.workers);
  const result: ModelResult = { ok: true, seed: options.seed, looked: { sequences: 0, moves: 0, ends: 0, replays: 0 } };
  const threads: Worker[] = [];
  const take = (answer: Answer) => {
    for (const key of ['sequences', 'moves', 'ends', 'replays'] as const) result.looked[key] += answer.looked[key];
    onProgress(result.looked.sequences);
    if (!answer.counterexample || !result.ok) return;
    result.ok = false;
    result.counterexample = answer.counterexample;
    for (const thread of threads) void thread.terminate();
  };
  await Promise.all(shares.map((share) => play(share, take, (thread) => threads.push(thread))));
  return result;
}

function play(parts: Part[], take: (answer: Answer) => void, started: (thread: Worker) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./play-part.thread.js', import.meta.url), { workerData: parts });
    started(thread);
    thread.on('message', take);
    thread.once('error', reject);
    thread.once('exit', () => resolve());
  });
}

function partsOf({ sequences, seed, path }: ModelOptions): Part[] {
  if (path !== undefined) return [{ sequences, seed, path }];
  const parts: Part[] = [];
  for (let done = 0; done < sequences; done += PART) {
    parts.push({ seed: (seed + parts.length) & 0x7fff_ffff, sequences: Math.min(PART, sequences - done) });
  }
  return parts;
}

function shareOut(parts: Part[], workers: number): Part[][] {
  const shares = Array.from({ length: Math.min(workers, parts.length) }, (): Part[] => []);
  for (const [index, part] of parts.entries()) shares[index % shares.length]?.push(part);
  return shares;
}
