export const BATCH_ROUTE = '/v1/jobs/batch';

/** Of this route alone: a thousand jobs of 4 KiB. */
export const BATCH_BODY_BYTES = 4 * 1_048_576;
export const MAX_BATCH_ITEMS = 1_000;

/** What an honest batch looks like from afar: 150 members for each job are all options with 100 delays. */
export const BATCH_SHAPE = {
  list: 'jobs',
  member: 'payload',
  maxItems: MAX_BATCH_ITEMS,
  maxMembers: 150 * MAX_BATCH_ITEMS,
};
