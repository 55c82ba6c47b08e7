import type { Query } from '@windlass/proof';
import type { Ground } from '@windlass/testbed';

/** Every object that a finished job refers to: artifacts, and results that were too large for a row. */
const RECORDED = `
select job_id as id, key, size::float8 as size, sha256, etag from windlass.artifacts
union all
select id, result_file->>'key', (result_file->>'size')::float8, result_file->>'sha256', result_file->>'etag'
from windlass.job_history where result_file is not null`;
/** Each may take as long as the storage's own timeouts allow. */
const AT_ONCE = 8;

/** Reads each object back past every link. @returns a line for each that is missing or is not what was recorded */
export async function brokenFiles(query: Query, files: Ground['files']): Promise<string[]> {
  const { rows } = await query(RECORDED);
  const broken: string[] = [];
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const looks = rows.slice(at, at + AT_ONCE).map(async ({ id, key, size, sha256, etag }) => {
      try {
        const expect = { size: size as number, sha256: sha256 as string, etag: etag as string };
        const { content } = await files.get(key as string, { expect });
        // The sum is known at the end only.
        for await (const _ of content);
      } catch (error) {
        broken.push(`job ${id}, ${key}: ${(error as Error).message}`);
      }
    });
    await Promise.all(looks);
  }
  return broken;
}
