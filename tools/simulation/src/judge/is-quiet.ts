import type { SimulationDatabase } from '../database/place-database.js';

const UNFINISHED = `select exists (select from jobs) or exists (select from stopping_attempts)
  or exists (select from job_actions where state = 'running') as busy`;

/** Nothing is left that somebody still has to do. */
export async function isQuiet({ control }: SimulationDatabase): Promise<boolean> {
  const { rows } = await control.query<{ busy: boolean }>(UNFINISHED);
  return rows[0]?.busy === false;
}
