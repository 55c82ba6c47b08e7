import type { ClaimedJob } from '@windlass/contracts';
import { claimPack, finishPack, insertPack, openRiver } from '../river/store-steps.js';
import { type HopFigures, measureHop } from './hop.js';

/** The three statements on a job's way, each committed; every job goes the whole way, so the tables stay as they would be. */
export async function measureStore(ownerUrl: string, scale: number): Promise<HopFigures[]> {
  const db = await openRiver(ownerUrl);
  try {
    const inserted: string[][] = [];
    const claimed: ClaimedJob[][] = [];
    const insert = async (size: number) => void inserted.push(await insertPack(db, size, true));
    const claim = async () => void claimed.push(await claimPack(db, inserted.shift()!));
    const report = async () => finishPack(db, claimed.shift()!);
    return [
      await measureHop('insert', 'one statement, committed', insert, scale),
      // The packs come out in the order in which they went in, so their sizes match.
      await measureHop('claim', 'one statement: queued to running, epoch, token, lease', claim, scale),
      await measureHop('report', 'one statement: hot row out, history row and terminal event in', report, scale),
    ];
  } finally {
    await db.close();
  }
}
