import { FailJob, RetryJob } from '@windlass/handler-kit';
import { loadHandlers, withDefaults } from '@windlass/handler-kit/runner';
import { describe, expect, it } from 'vitest';
import { loadHttpConfig } from './config/http.config.js';
import { httpRequestOf } from './http-request.job.js';
import { MAX_TIMEOUT_MS } from './http-request.types.js';
import { contextOf } from './testing/calling.fixture.js';

const job = httpRequestOf(loadHttpConfig({}));

describe('http.request', () => {
  it('is loaded as a worker loads it', async () => {
    const loaded = await loadHandlers([new URL('../dist/index.js', import.meta.url).href], { baseDir: '/' });
    expect(loaded.map(({ definition }) => definition.name)).toEqual(['http.request']);
  });

  it('runs in the worker, many at a time, and ends by itself before the limits', () => {
    const { isolation, slots, weight, softMs, hardMs } = withDefaults(job);
    expect({ isolation, slots, weight }).toEqual({ isolation: 'inline', slots: 64, weight: 'tiny' });
    expect(softMs).toBeGreaterThan(MAX_TIMEOUT_MS);
    expect(hardMs).toBeGreaterThan(softMs);
  });

  it('has a delay for each retry', () => {
    const { backoff, maxAttempts } = withDefaults(job);
    expect(backoff).toMatchObject({ kind: 'list' });
    if (backoff.kind === 'list') expect(backoff.delaysMs).toHaveLength(maxAttempts - 1);
  });

  it('by default it reaches nothing inside', async () => {
    await expect(job.run({ url: 'http://127.0.0.1:8080/' }, contextOf())).rejects.toBeInstanceOf(FailJob);
    await expect(job.run({ url: 'http://127.0.0.1:8080/' }, contextOf())).rejects.not.toBeInstanceOf(RetryJob);
  });
});
