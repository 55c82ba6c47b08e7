import fc from 'fast-check';
import { agree, checkRecord } from './compare.js';
import type { JobRecord, Seen } from './job-record.js';
import type { Ending, Expected, PlainModel, Wish } from './plain-model.js';

export type JobCommand = fc.Command<PlainModel, JobRecord>;

/**
 * Every command may come at any time: what is not the job's to do must be refused, and is told so by the model. A command that would
 * be left out where it does not fit could not show that.
 */
function command(text: string, model: (model: PlainModel) => Expected, real: (record: JobRecord) => Seen): JobCommand {
  return {
    check: () => true,
    run: (plain, record) => {
      const before = { epoch: record.epoch, run: record.run };
      const expected = model(plain);
      agree(text, plain, expected, real(record));
      checkRecord(text, plain, record, before);
    },
    toString: () => text,
  };
}

const REPORTED: Ending[] = ['succeeded', 'failed', 'timed-out', 'crashed', 'oom', 'cancelled', 'aborted'];

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { arbitrary: fc.constant<Wish>('policy'), weight: 4 },
  { arbitrary: fc.constant<Wish>('never'), weight: 1 },
  { arbitrary: fc.nat(600_000).map((delayMs): Wish => ({ delayMs })), weight: 1 },
);
/** How many epochs ago the sender's attempt was current. */
const age = fc.constantFrom(0, 0, 0, 0, 0, 0, 1);
/** Uniform in [0, 1), without the cost of a double's whole range. */
const chance = fc.nat(999_999).map((millionths) => millionths / 1_000_000);

const REPORT = fc.tuple(fc.constantFrom(...REPORTED), wish, age, chance).map(([ending, wanted, back, drawn]) =>
  command(
    `report ${ending}${wanted === 'policy' ? '' : ` retry ${JSON.stringify(wanted)}`}${back ? ' of the attempt before' : ''} chance ${drawn}`,
    (model) => model.end(ending, wanted, back === 0, drawn),
    (record) => record.end(record.epoch - back, ending, wanted === 'policy' ? undefined : wanted, drawn),
  ),
);

const RELEASE = age.map((back) =>
  command(
    `release${back ? ' of the attempt before' : ''}`,
    (model) => model.release(back === 0),
    (record) => record.release(record.epoch - back),
  ),
);

const CLAIM = fc.constant(
  command(
    'claim',
    (model) => model.claim(),
    (record) => record.claim(),
  ),
);
const DUE = fc.constant(
  command(
    'due',
    (model) => model.due(),
    // The scheduler's look is at what is scheduled; nothing else comes to its queue by being due.
    (record) => (record.state === 'scheduled' ? record.move('queued') : 'refused'),
  ),
);
const CANCEL = fc.constant(
  command(
    'cancel',
    (model) => model.cancel(),
    (record) => record.move('cancelled'),
  ),
);
const EXPIRE = fc.constant(
  command(
    'expire',
    (model) => model.expire(),
    (record) => record.expire(),
  ),
);
const RESCUE = fc.constant(
  command(
    'rescue',
    (model) => model.rescue(),
    (record) => record.end(record.epoch, 'lost', undefined, 0),
  ),
);
const REPLAY = fc.constant(
  command(
    'replay',
    (model) => model.replay(),
    (record) => record.replay(),
  ),
);
const PARENTS_DONE = fc.boolean().map((later) =>
  command(
    `parents done${later ? ', later' : ''}`,
    (model) => model.parentsDone(later),
    (record) => (record.state === 'blocked' ? record.move(later ? 'scheduled' : 'queued') : 'refused'),
  ),
);

/** One is drawn evenly; those that carry a life on stand more than once. */
export const COMMANDS: fc.Arbitrary<JobCommand>[] = [
  ...[CLAIM, CLAIM, CLAIM, CLAIM, CLAIM, CLAIM],
  ...[REPORT, REPORT, REPORT, REPORT],
  ...[DUE, DUE, DUE],
  ...[RELEASE, RELEASE, RESCUE, REPLAY, REPLAY, CANCEL, EXPIRE, PARENTS_DONE],
];
