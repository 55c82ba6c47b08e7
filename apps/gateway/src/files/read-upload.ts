import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { fault } from '@windlass/faults';
import type { FastifyRequest } from 'fastify';
import { invalid } from '../http/read-fields.js';
import { checkedName, nameFromHeaders } from './name-file.js';
import { shieldBody } from './shield-body.js';

/** A file on its way in. Its content must be read or destroyed. */
export interface IncomingFile {
  name: string;
  contentType: string | undefined;
  content: Readable;
}

/** The file in an upload: the body itself, or the one file of a form. */
export function readUpload(request: FastifyRequest): Promise<IncomingFile> {
  const type = request.uploadType;
  const body = shieldBody(request.raw);
  if (type !== undefined && /^multipart\/form-data\b/i.test(type)) return fileOfForm(body, type);
  const name = nameOrDrop(request, body);
  return Promise.resolve({ name, contentType: type, content: body });
}

function nameOrDrop(request: FastifyRequest, body: Readable): string {
  try {
    return nameFromHeaders(request.headers);
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** Resolves at the first file. Fields before it are skipped; anything after it ends the upload as malformed. */
function fileOfForm(body: Readable, type: string): Promise<IncomingFile> {
  return new Promise((resolve, reject) => {
    let content: Readable | undefined;
    const fail = (error: Error) => {
      content?.destroy(error);
      body.destroy();
      reject(error);
    };
    const form = openForm(type, fail);
    if (!form) return;
    form.on('file', (_field, file, fileName, _encoding, mimeType) => {
      // It also emits for what it could not finish; a late error must not end the process.
      file.on('error', () => undefined);
      if (content) {
        file.resume();
        return fail(malformed('send one file at a time'));
      }
      content = file;
      file.once('close', () => file.destroyed && !file.readableEnded && body.destroy());
      try {
        resolve({ name: checkedName(fileName ?? 'file', 'filename'), contentType: mimeType, content: file });
      } catch (error) {
        fail(error as Error);
      }
    });
    form.on('finish', () => {
      if (!content) fail(malformed('the form has no file'));
    });
    form.on('error', () => fail(malformed('the form is broken or incomplete')));
    body.once('error', fail);
    body.pipe(form);
  });
}

function openForm(type: string, fail: (error: Error) => void) {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { fields: 20, fieldSize: 65_536, files: 2, parts: 22, headerPairs: 50 },
      isPartAFile: (_field, contentType, fileName) =>
        fileName !== undefined || contentType === 'application/octet-stream',
    });
  } catch {
    fail(invalid([{ path: 'Content-Type', message: 'multipart/form-data needs a boundary' }]));
    return undefined;
  }
}

function malformed(why: string) {
  return fault('http.body-malformed', { detail: `The upload was refused: ${why}.` });
}
