import { readFile } from 'node:fs/promises';
import { type Draw, drawFrom } from '@windlass/proof';
import type { Platform } from '../platform/platform.js';
import { SAMPLES, uploadFile } from '../platform/sow-objects.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';

/** Small ones: what is tried is the reader, not its patience. */
const MODELS = ['block.iges', 'flange.brep', 'flange.step'];
/** A conversion costs a second and more; so many requests of the other classes cost as much. */
const CASES_PER_MUTANT = 20;
/** A damaged model may make the reader spin: then the time limit ends its child, which is a clean end too. */
const LIMITS = { softMs: 14_000, hardMs: 15_000, maxAttempts: 1 };
/** `oom`: a damaged model may ask for any memory, and the limit of its child is what answers that. */
const CLEAN = new Set(['succeeded', 'failed', 'timed-out', 'oom']);
const AT_A_TIME = 2;
const MAX_POLLS = 60;

/** Truncated and mutated models through the real handler in its child: each ends clean, and the worker goes on. */
export async function fuzzCadFiles(
  platform: Platform,
  tally: Tally,
  { seed, cases }: { seed: number; cases: number },
): Promise<void> {
  const damaged = (
    await Promise.all(
      MODELS.map(async (name) => {
        const model = await readFile(SAMPLES + name);
        const draw = drawFrom(seed).fork(name);
        const count = Math.ceil(cases / CASES_PER_MUTANT);
        return Array.from({ length: count }, (_, n) => ({ name, n, ...damage(model, draw) }));
      }),
    )
  ).flat();
  tally.count('models', damaged.length);
  await runBounded(
    damaged,
    ({ name, n, how, bytes }) =>
      tally.run(`${name} ${n}: ${how}`, async () => {
        const file = await uploadFile(platform, bytes, undefined, name);
        const job = {
          type: 'conversion.cad',
          payload: { file: { id: file }, formats: ['stl'], meshQuality: 'preview' },
          ...LIMITS,
        };
        const { id } = await platform.call<{ id: string }>('POST', '/v1/jobs', job);
        return judgeEnd(platform, id);
      }),
    AT_A_TIME,
  );
}

async function judgeEnd(platform: Platform, id: string): Promise<string[]> {
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    const job = await platform.call<{ state: string; outcome?: string; error?: { message: string } }>(
      'GET',
      `/v1/jobs/${id}?wait=10s`,
    );
    if (job.state !== 'succeeded' && job.state !== 'failed') continue;
    const outcome = job.outcome ?? job.state;
    return CLEAN.has(outcome) ? [] : [`it ended ${outcome}: ${job.error?.message ?? ''}`];
  }
  return ['it has not ended'];
}

/** One way to damage bytes, drawn. */
function damage(model: Buffer, draw: Draw): { how: string; bytes: Buffer } {
  const bytes = Buffer.from(model);
  const at = draw.whole(0, bytes.length - 1);
  switch (draw.whole(0, 5)) {
    case 0:
      return { how: `cut at ${at}`, bytes: bytes.subarray(0, at) };
    case 1: {
      const flips = draw.whole(1, 40);
      for (let n = 0; n < flips; n += 1) {
        const place = draw.whole(0, bytes.length - 1);
        bytes[place] = (bytes[place] ?? 0) ^ (1 << draw.whole(0, 7));
      }
      return { how: `${flips} bits flipped`, bytes };
    }
    case 2: {
      const length = draw.whole(1, 400);
      return {
        how: `${length} bytes gone at ${at}`,
        bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
      };
    }
    case 3: {
      const length = draw.whole(1, 400);
      const piece = bytes.subarray(at, at + length);
      return {
        how: `${piece.length} bytes twice at ${at}`,
        bytes: Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]),
      };
    }
    case 4:
      return {
        how: 'numbers made huge',
        bytes: Buffer.from(
          model.toString('latin1').replace(/\d\.\d*/g, (text) => (draw.chance(0.1) ? '1E308' : text)),
          'latin1',
        ),
      };
    default:
      bytes.fill(draw.whole(0, 255), at, Math.min(bytes.length, at + draw.whole(1, 200)));
      return { how: `one byte over and over from ${at}`, bytes };
  }
}
