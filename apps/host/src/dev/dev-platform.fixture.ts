import { startDev } from './start-dev.js';

/** `windlass dev` without the command line, for tests that kill it: prints {"url","token"} when ready. */
const platform = await startDev({
  directory: process.argv[2] ?? '',
  port: 0,
  logLevel: 'error',
  logFormat: 'json',
  worker: JSON.parse(process.argv[3] ?? '{}') as Record<string, string>,
});
process.stdout.write(`${JSON.stringify({ url: platform.url, token: platform.token })}\n`);
process.once('SIGTERM', () => void platform.stop().then(() => process.exit(0)));
