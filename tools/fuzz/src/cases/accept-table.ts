const NO_PRESIGNING =
  'the one process keeps files on its disk, which has no presigned URLs; the class files uploads to S3';

/** Operations that nothing drawn can make answer 2xx, and why. One that was accepted all the same must leave this table. */
export const NEVER_ACCEPTED: Readonly<Record<string, string>> = {
  'POST /v1/files/uploads': NO_PRESIGNING,
  'POST /v1/files/uploads/{id}/complete': NO_PRESIGNING,
  'DELETE /v1/files/uploads/{id}': NO_PRESIGNING,
};

/** With fewer cases an operation of many demands is refused each time by chance. */
export const ENOUGH_CASES = 100;

/**
 * What is wrong with how often each operation was answered 2xx, by operation: refused at the door every time, nothing
 * behind it was tested. `accepted` has every operation of the document.
 */
export function judgeAccepted(
  accepted: ReadonlyMap<string, number>,
  exceptions: Readonly<Record<string, string>> = NEVER_ACCEPTED,
): Map<string, string[]> {
  const faults = new Map<string, string[]>();
  for (const [name, count] of accepted) {
    const why = exceptions[name];
    faults.set(name, []);
    if (count === 0 && why === undefined)
      faults.set(name, ['no case of it was answered 2xx: nothing behind its door was tested']);
    if (count > 0 && why !== undefined) faults.set(name, [`it was answered 2xx, though accept-table.ts says: ${why}`]);
  }
  for (const name of Object.keys(exceptions)) {
    if (!accepted.has(name)) faults.set(name, ['is in accept-table.ts and not in the document']);
  }
  return faults;
}
