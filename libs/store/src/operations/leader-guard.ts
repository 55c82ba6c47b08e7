/** One holder's term of leadership. */
export interface LeaderTerm {
  name: string;
  holder: string;
  term: number;
}

/** A rescue writes as the leader. What a lost attempt left behind is collected after `litterMs`, since its zombie may still write. */
export interface Rescue extends LeaderTerm {
  litterMs: number;
}

/**
 * CTE `permit` that is empty unless the term still holds, and keeps it from changing until the statement has committed
 * (decision 9). `first` is the number of the first of its three parameters.
 */
export const LEADER_GUARD = (first: number) => `permit as materialized (
  select 1 from leaders where name = $${first}::text and holder = $${first + 1}::text and term = $${first + 2}::bigint
    and expires_at > (select windlass_now()) for share
)`;

export const termValues = (term: LeaderTerm): unknown[] => [term.name, term.holder, term.term];
export const rescueValues = (rescue: Rescue): unknown[] => [...termValues(rescue), rescue.litterMs];
