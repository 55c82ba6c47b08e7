import { fault } from '@windlass/faults';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Where the next page begins. Opaque to clients, so that what it holds may change: hence the version in front. */
export function encodeCursor(lastId: string): string {
  return Buffer.from(`1:${lastId}`).toString('base64url');
}

export function decodeCursor(cursor: string): string {
  const [version, id] = Buffer.from(cursor, 'base64url').toString('latin1').split(':');
  if (version !== '1' || id === undefined || !UUID.test(id) || encodeCursor(id) !== cursor) {
    throw fault('read.cursor-invalid', {
      detail: 'Use nextCursor of the page before as it was given, or begin without a cursor.',
    });
  }
  return id;
}
