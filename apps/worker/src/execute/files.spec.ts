import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('files of an attempt', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
  });
  afterEach(() => bed.close());

  /** Stores a file as an upload would have, and tells core of it. */
  async function upload(content: string): Promise<{ id: string; key: string }> {
    const id = randomUUID();
    const key = `tenants/acme/files/${id}`;
    const stored = await bed.files.put(key, Readable.from([content]), {
      contentType: 'text/plain',
      maxBytes: 1_000_000,
    });
    const facts = { name: '../../evil name.txt', contentType: 'text/plain', state: 'stored' as const, createdAt: 1 };
    bed.core.files.set(id, { ...facts, ...stored, id, key });
    return { id, key };
  }

  async function outcomeOf(fileId: string, environment?: Record<string, string>) {
    await (await bed.startWorker(environment)).announced;
    const [job] = await bed.core.submit('test.copy', { fileId });
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    return { job: job!, report: job!.reports[0]! };
  }

  it('come in checked, and go out under the attempt with their checksum in the report', async () => {
    const { id } = await upload('the content');
    const { job, report } = await outcomeOf(id);
    expect(report).toMatchObject({ outcome: 'succeeded', result: '{"size":11}' });
    const sha256 = createHash('sha256').update('the content').digest('hex');
    expect(report.artifacts).toMatchObject([{ name: 'copies/copy.txt', size: 11, sha256, contentType: 'text/plain' }]);
    const [artifact] = report.artifacts!;
    expect(artifact!.key).toBe(`tenants/acme/jobs/${job.id}/1/1/copies/copy.txt`);
    const { content } = await bed.files.get(artifact!.key, { expect: artifact! });
    expect((await buffer(content)).toString()).toBe('the content');
  });

  it('that core does not give to this job fail the handler', async () => {
    const { report } = await outcomeOf(randomUUID());
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'files.unknown' } });
    expect(report.artifacts).toBeUndefined();
    const told = bed.logs.filter((line) => line.startsWith('a file operation'));
    expect(told).toEqual([expect.stringMatching(/^a file operation was refused \{.*"cause":"There is no such file/)]);
  });

  it('that an attempt stored are in its report however it ends, so that they can be collected', async () => {
    await (await bed.startWorker()).announced;
    const [failed, cancelled] = await Promise.all(
      (['fail', 'cancel'] as const).map(async (how) => {
        const [job] = await bed.core.submit('test.end', { how, message: 'enough' });
        await waitFor(() => job!.state === 'done', { what: `the job to ${how}` });
        return job!.reports[0]!;
      }),
    );
    const artifacts = [{ name: 'half.txt', size: 4 }];
    expect(failed).toMatchObject({ outcome: 'failed', retry: 'never', error: { message: 'enough' }, artifacts });
    expect(cancelled).toMatchObject({
      outcome: 'cancelled',
      error: { class: 'CancelJob', message: 'enough' },
      artifacts,
    });
    expect(cancelled!.retry).toBeUndefined();
  });

  it('that were exchanged after the upload never reach the handler', async () => {
    const { id, key } = await upload('the content');
    await bed.files.put(key, Readable.from(['THE CONTENT']), { contentType: 'text/plain', maxBytes: 1_000_000 });
    const { report } = await outcomeOf(id);
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'files.changed' } });
  });

  it('that are larger than allowed are refused, and nothing is left of them', async () => {
    const { id } = await upload('the content');
    const { job, report } = await outcomeOf(id, { MAX_ARTIFACT_BYTES: '10' });
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'files.too-large' } });
    expect(await bed.files.list(`tenants/acme/jobs/${job.id}/`, { limit: 10 })).toEqual([]);
  });

  it('do not leave the scratch directory by their name', async () => {
    const { id } = await upload('the content');
    await outcomeOf(id);
    await expect(readFile(bed.path('evil name.txt'))).rejects.toThrow('ENOENT');
  });
});
