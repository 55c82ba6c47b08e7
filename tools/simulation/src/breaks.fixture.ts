/** A promise of the product broken on purpose, in the text of its statements. */
export interface Break {
  name: string;
  mangle(text: string): string;
}

const CURRENT = 'and j.run = i.run and j.epoch = i.epoch and j.token = i.token';

export const BREAKS: Break[] = [
  {
    name: 'the report of a zombie ends the attempt of another',
    mangle: (text) => (text.includes('delete from jobs j using input') ? text.replace(CURRENT, '') : text),
  },
  {
    name: 'a running job is granted again',
    mangle: (text) =>
      text.includes('request as materialized')
        ? text.replace(
            `(j.state || '') = 'queued' and not j.held`,
            `(j.state || '') in ('queued', 'running') and not j.held`,
          )
        : text,
  },
  {
    name: 'who no longer leads goes on writing',
    mangle: (text) =>
      text.replace(
        /and holder = (\$\d+)::text and term = (\$\d+)::bigint\s+and expires_at > \(select windlass_now\(\)\)/,
        'and $1::text is not null and $2::bigint is not null',
      ),
  },
  {
    name: 'a beat of a zombie prolongs the lease of another',
    mangle: (text) => (text.includes('progress = coalesce(i.progress') ? text.replace(CURRENT, '') : text),
  },
  {
    name: 'a lease is half as long as was said',
    mangle: (text) =>
      text.includes('request as materialized')
        ? text.replace('$11::float8 * interval', '$11::float8 * 0.2 * interval')
        : text,
  },
];
