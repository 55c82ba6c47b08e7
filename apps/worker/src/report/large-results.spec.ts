import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { INLINE_RESULT_BYTES } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('a large result', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
    await (await bed.startWorker()).announced;
  });
  afterEach(() => bed.close());

  async function outcomeOf(type: string, payload: unknown) {
    const [job] = await bed.core.submit(type, payload);
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    return { job: job!, report: job!.reports[0]! };
  }
  const stored = (id: string) => bed.files.list(`tenants/acme/jobs/${id}/`, { limit: 10 });

  it('is a file under its attempt, byte for byte, and not in the report', async () => {
    const { job, report } = await outcomeOf('test.rows', { count: 900, put: 'notes.txt' });
    const text = JSON.stringify(Array.from({ length: 900 }, (_, n) => `${n}`.padEnd(1_024, 'ö')));
    expect(report.result).toBeUndefined();
    expect(report).toMatchObject({ outcome: 'succeeded', artifacts: [{ name: 'notes.txt' }] });
    expect(report.resultFile).toMatchObject({
      ...{ name: '.result.json', key: `tenants/acme/jobs/${job.id}/1/1/.result.json` },
      ...{ size: Buffer.byteLength(text), contentType: 'application/json' },
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    const { content } = await bed.files.get(report.resultFile!.key, { expect: report.resultFile! });
    expect((await buffer(content)).toString()).toBe(text);
  });

  it.each([
    ['a', INLINE_RESULT_BYTES, false],
    ['a', INLINE_RESULT_BYTES + 1, true],
    ['ö', INLINE_RESULT_BYTES, false],
    ['ö', INLINE_RESULT_BYTES + 2, true],
  ])('begins above the inline size, in bytes of UTF-8 (%s, %i)', async (character, bytes, large) => {
    const { report } = await outcomeOf('test.echo', character.repeat((bytes - 2) / Buffer.byteLength(character)));
    expect([report.result === undefined, report.resultFile !== undefined]).toEqual([large, large]);
  });

  it('that does not match its schema fails the job in core’s words, and nothing of it is stored', async () => {
    const { job, report } = await outcomeOf('test.rows', { count: 1_001, put: 'notes.txt' });
    expect(report).toMatchObject({
      ...{ outcome: 'failed', retry: 'never', artifacts: [{ name: 'notes.txt' }] },
      error: {
        class: 'ResultInvalid',
        code: 'report.result-invalid',
        message: expect.stringContaining('the result must NOT have more than 1000 items'),
      },
    });
    expect(report.result ?? report.resultFile).toBeUndefined();
    expect(await stored(job.id)).toEqual([`tenants/acme/jobs/${job.id}/1/1/notes.txt`]);
  });

  it('is stored as soon as a storage that was away is back', async () => {
    const { put } = bed.files;
    let tries = 0;
    bed.files.put = async (...given) => {
      if (++tries < 3) throw fault('files.unavailable');
      return put.apply(bed.files, given);
    };
    const { report } = await outcomeOf('test.rows', { count: 300 });
    expect(tries).toBe(3);
    expect(report).toMatchObject({ outcome: 'succeeded', resultFile: { name: '.result.json' } });
  });

  it('fails its attempt, to be tried again, when the storage stays away', async () => {
    bed.files.put = async () => {
      throw fault('files.unavailable');
    };
    const { report } = await outcomeOf('test.rows', { count: 300 });
    expect(report).toMatchObject({ outcome: 'failed', error: { class: 'ResultNotStored', code: 'files.unavailable' } });
    expect([report.retry, report.result, report.resultFile]).toEqual([undefined, undefined, undefined]);
  });

  it('has a name that no artifact can take', async () => {
    const { job, report } = await outcomeOf('test.rows', { count: 1, put: '.result.json' });
    expect(report).toMatchObject({ outcome: 'failed', retry: 'never', error: { code: 'files.key-invalid' } });
    expect(await stored(job.id)).toEqual([]);
  });
});
