import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fault } from '@windlass/faults';
import type { FileStore } from '@windlass/files';

/** The storage of one seed: small objects, in memory. */
export function createMemoryFiles(): FileStore {
  const objects = new Map<string, Buffer>();
  const markOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  return {
    put: async (key, content, { maxBytes }) => {
      const bytes = await buffer(content);
      if (bytes.byteLength > maxBytes) throw fault('files.too-large');
      objects.set(key, bytes);
      return { size: bytes.byteLength, sha256: markOf(bytes), etag: markOf(bytes) };
    },
    get: async (key) => {
      const content = objects.get(key);
      if (!content) throw fault('files.unknown');
      return { content: Readable.from([content]), size: content.byteLength, etag: markOf(content) };
    },
    stat: async (key) => {
      const content = objects.get(key);
      return content && { size: content.byteLength, etag: markOf(content) };
    },
    delete: async (key) => void objects.delete(key),
    list: async (prefix, { limit, after }) =>
      [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
        .sort()
        .slice(0, limit),
    presign: undefined,
    check: async () => undefined,
    close: async () => undefined,
  };
}
