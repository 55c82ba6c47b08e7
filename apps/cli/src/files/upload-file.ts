import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { FileInfo, WindlassClient } from '@windlass/client';
import { CliFailure } from '../frame/cli-failure.js';

/** The ones that people give to job types; the service decides by content, not by this. */
const CONTENT_TYPES: Record<string, string> = {
  '.brep': 'model/vnd.opencascade.brep',
  '.csv': 'text/csv',
  '.glb': 'model/gltf-binary',
  '.html': 'text/html',
  '.iges': 'model/iges',
  '.igs': 'model/iges',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.step': 'model/step',
  '.stl': 'model/stl',
  '.stp': 'model/step',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.txt': 'text/plain',
  '.zip': 'application/zip',
};

/** Streams a file in and makes sure that what arrived is what was read. */
export async function uploadFile(
  client: WindlassClient,
  path: string,
  contentType?: string,
  onSent: (sent: number, size: number) => void = () => undefined,
): Promise<FileInfo> {
  const { size } = await regularFile(path);
  const digest = createHash('sha256');
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      digest.update(piece);
      sent += piece.length;
      yield piece;
      onSent(sent, size);
    }
  }
  const file = await client.upload(pieces(), {
    name: basename(path),
    contentType: contentType ?? CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream',
  });
  if (file.sha256 !== digest.digest('hex')) {
    throw new CliFailure(`${path} arrived changed (file ${file.id}).`, 'Was it written to meanwhile? Upload it again.');
  }
  return file;
}

/** Before anything is sent, and with the path in the message. */
export async function regularFile(path: string): Promise<{ size: number }> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new CliFailure(`There is no file ${path}.`, 'Check the path.');
    throw error;
  });
  if (!found.isFile()) throw new CliFailure(`${path} is not a file.`, 'Give a file.');
  return found;
}
