import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobContext } from '@windlass/handler-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import handlers, { conversionCad } from './index.js';
import { readSample } from './sample-files.spec.fixture.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-cad-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function contextFor(bytes: Buffer, name: string) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const stored = new Map<string, { size: number; contentType: string | undefined }>();
  const progress: [number, string | undefined, string | undefined][] = [];
  const unexpected = (): never => {
    throw new Error('The handler ends by a result or by failConversion.');
  };
  const logs: string[] = [];
  const context: JobContext = {
    jobId: 'job',
    attempt: 1,
    signal: new AbortController().signal,
    scratchDir: folder,
    progress: (percent, message, phase) => void progress.push([percent, message, phase]),
    log: (message) => void logs.push(message),
    ...{ retryAfter: unexpected, fail: unexpected, cancel: unexpected },
    files: {
      fetch: async (id) => {
        expect(id).toBe('file-1');
        return { path, name, size: bytes.length, sha256: '' };
      },
      put: async (artifact, content, options) => {
        stored.set(artifact, { size: (content as Uint8Array).length, contentType: options?.contentType });
      },
    },
  };
  return { context, stored, progress, logs };
}

describe('the job type conversion.cad', () => {
  it('is what the package exports to a worker, with limits that end a reader that hangs', () => {
    expect(handlers).toEqual([conversionCad]);
    expect(conversionCad).toMatchObject({
      name: 'conversion.cad',
      weight: 'heavy',
      memoryMb: 2048,
      limits: { softMs: 570_000, hardMs: 600_000 },
      retry: { maxAttempts: 2, onTimeout: false },
    });
  });

  it('stores its artifacts, tells its phases and logs its warnings', { timeout: 60_000 }, async () => {
    const { context, stored, progress, logs } = await contextFor(readSample('flange.brep'), 'flange.brep');
    const result = await conversionCad.run({ file: { id: 'file-1' } }, context);
    expect([...stored.keys()]).toEqual(result.artifacts);
    expect(Object.fromEntries([...stored].map(([name, { contentType }]) => [name, contentType]))).toEqual({
      'model.glb': 'model/gltf-binary',
      'model.stl': 'model/stl',
      'thumbnail.png': 'image/png',
      'metadata.json': 'application/json',
    });
    expect(progress.map(([, message]) => message)).toEqual(['fetch', 'read', 'mesh', 'write', 'picture', 'done']);
    expect(progress.map(([, , phase]) => phase)).toEqual(['fetch', 'read', 'mesh', 'write', 'picture', undefined]);
    expect(progress.every(([percent], i) => i === 0 || percent > progress[i - 1]![0])).toBe(true);
    expect(logs).toEqual(result.warnings);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('stores nothing when the file is refused', { timeout: 60_000 }, async () => {
    const { context, stored } = await contextFor(Buffer.from('no geometry'), 'a.txt');
    await expect(conversionCad.run({ file: { id: 'file-1' } }, context)).rejects.toMatchObject({
      code: 'cad.format-unknown',
    });
    expect(stored.size).toBe(0);
  });
});
