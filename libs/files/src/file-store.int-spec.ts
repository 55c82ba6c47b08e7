import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileStore } from './create-file-store.js';
import { fileStoreConformance } from './file-store.conformance.js';
import { openTestBucket } from './s3/test-bucket.fixture.js';

fileStoreConformance('directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'windlass-files-'));
  return {
    store: await createFileStore({ driver: 'directory', root }),
    unfinished: () => readdir(join(root, 'incoming')),
    dispose: () => rm(root, { recursive: true }),
  };
});

fileStoreConformance('s3', async () => {
  const { options, unfinished, dispose } = await openTestBucket();
  return { store: await createFileStore({ driver: 's3', ...options, prefix: 'shared/' }), unfinished, dispose };
});
