import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSink, startsByJob } from './read-sink.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windlass-sink-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('a line that is being written is left for later', () => {
  const file = join(directory, 'sink.jsonl');
  expect(readSink(file)).toEqual([]);
  writeFileSync(file, '{"what":"start","jobId":"a"}\n{"what":"start","jo');
  expect(readSink(file)).toEqual([{ what: 'start', jobId: 'a' }]);
});

it('each run of a job counts, its end does not', () => {
  const file = join(directory, 'sink.jsonl');
  const lines = [
    { what: 'start', jobId: 'a', attempt: 1 },
    { what: 'start', jobId: 'b', attempt: 1 },
    { what: 'start', jobId: 'a', attempt: 2 },
    { what: 'end', jobId: 'a', attempt: 2 },
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const starts = startsByJob(readSink(file));
  expect(starts.get('a')?.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(starts.get('b')).toHaveLength(1);
});
