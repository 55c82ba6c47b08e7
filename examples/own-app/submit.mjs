import { WindlassClient } from '@windlass/client';

const { WINDLASS_URL: url, WINDLASS_TOKEN: token } = process.env;
if (!url || !token) throw new Error('Set WINDLASS_URL and WINDLASS_TOKEN to what `windlass dev` printed.');
const client = new WindlassClient({ url, token });

const { id } = await client.submit({ type: 'greet', payload: { name: process.argv[2] ?? 'world' } });
const job = await client.wait(id, { timeoutMs: 60_000 });
const result = job.state === 'succeeded' ? await client.result(id) : undefined;
console.log(JSON.stringify({ id, state: job.state, result, error: job.error }));
process.exitCode = job.state === 'succeeded' ? 0 : 1;
