import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzAnswer } from './send-request.js';

/** A loaded machine refuses by 503 now and then, rightly. Who gets it every time has found something. */
const MAX_REPEATS = 5;
const MAX_PAUSE_MS = 2_000;

/** Repeats what was refused by 503 with Retry-After, as any client should; answers the last refusal when all were. */
export async function repeatRefused<T extends FuzzAnswer | undefined>(send: () => Promise<T>): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    const answer = await send();
    const seconds = Number(answer?.headers['retry-after']);
    // The state of health is told by 503, too, and is no refusal: it has no Retry-After.
    if (answer?.status !== 503 || repeats >= MAX_REPEATS || Number.isNaN(seconds)) return answer;
    await sleep(Math.min(MAX_PAUSE_MS, seconds * 1_000));
  }
}
