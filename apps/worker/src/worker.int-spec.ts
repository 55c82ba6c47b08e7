import { writeFile } from 'node:fs/promises';
import { type Broker, connectRabbitBroker, type Delivery } from '@windlass/broker';
import { dispatchJobs } from '@windlass/contracts';
import { type FreshVhost, freshVhost, waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from './worker-under-test.fixture.js';

describe('a worker on RabbitMQ', () => {
  let vhost: FreshVhost;
  let bed: TestBed;
  const clients: Broker[] = [];
  const connect = async () => {
    const client = await connectRabbitBroker({ url: vhost.url, name: 'worker test' });
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    vhost = await freshVhost();
  });
  afterAll(() => vhost?.drop());
  beforeEach(async () => {
    bed = await openTestBed({ connect });
    await (await bed.startWorker()).announced;
  });
  afterEach(async () => {
    await bed.close();
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  it('runs packs of tiny jobs, each once', async () => {
    const jobs = await bed.core.submit('test.echo', ...Array.from({ length: 200 }, (_, index) => index));
    await waitFor(() => jobs.every((job) => job.state === 'done'), { what: 'all jobs to end' });
    expect(jobs.map((job) => job.reports.map((report) => report.result))).toEqual(jobs.map((job) => [job.payload]));
  });

  it('when full, hands its messages back within a second and takes more once a slot is free', async () => {
    const files = { startedFile: bed.path('started'), untilFile: bed.path('go') };
    const [first] = await bed.core.submit('test.wait', files);
    const [second] = await bed.core.submit('test.wait', files);
    await waitFor(() => first!.state === 'running', { what: 'the first job to run' });
    const fullSinceMs = performance.now();
    const got: Delivery[] = [];
    const other = await (await connect()).consume('test.wait', { prefetch: 1 }, (delivery) => void got.push(delivery));
    await waitFor(() => got.length === 1, { what: 'the second message at another worker', intervalMs: 5 });
    expect(performance.now() - fullSinceMs).toBeLessThan(1_000);
    expect(dispatchJobs.decode(got[0]!.body).ids).toEqual([second!.id]);
    await other.cancel();
    await writeFile(bed.path('go'), '');
    await waitFor(() => first!.state === 'done' && second!.state === 'done', { what: 'both jobs to end' });
    expect(await bed.pids('started')).toHaveLength(2);
  });
});
