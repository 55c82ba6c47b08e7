import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Compiled with the library: a child process runs JavaScript. */
const FIXTURE = fileURLToPath(new URL('../../dist/run/run-service.fixture.js', import.meta.url));
const SECRET = 'q8Zr1Vt0mKc5Yx7LbN3wHd9SfGj2PaEu';

class Running {
  output = '';
  readonly exit: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (text) => (this.output += text));
    child.stderr?.on('data', (text) => (this.output += text));
    this.exit = new Promise((done) => child.once('close', (code) => done(code)));
  }

  async says(text: string): Promise<void> {
    const deadlineMs = performance.now() + 10_000;
    while (!this.output.includes(text)) {
      if (performance.now() > deadlineMs || this.child.exitCode !== null)
        throw new Error(`no "${text}" in:\n${this.output}`);
      await new Promise((next) => setTimeout(next, 10));
    }
  }
}

describe('a service as a process', () => {
  let folder: string;
  let running: Running | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'service-kit-run-'));
  });
  afterEach(() => {
    running?.child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function run(env: Record<string, string>): Running {
    const child = spawn(process.execPath, [FIXTURE], {
      cwd: folder,
      env: { FIXTURE_SECRET: SECRET, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = new Running(child);
    return running;
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('stops at %s and exits 0', async (signal) => {
    const service = run({});
    await service.says('fixture is up');
    service.child.kill(signal);
    expect(await service.exit).toBe(0);
    expect(service.output).toContain('closed what was open');
    expect(service.output).not.toContain(SECRET);
  });

  it('takes one signal that arrives twice as one', async () => {
    const service = run({});
    await service.says('fixture is up');
    service.child.kill('SIGINT');
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });

  it('leaves at once at a second signal, with exit code 1', async () => {
    const service = run({ MISBEHAVE: 'stop-hangs', SHUTDOWN_TIMEOUT_MS: '60000' });
    await service.says('fixture is up');
    const impatient = setInterval(() => service.child.kill('SIGTERM'), 50);
    const code = await service.exit;
    clearInterval(impatient);
    expect(code).toBe(1);
    expect(service.output).toContain('second signal');
  });

  it('is cut off when its stop takes longer than SHUTDOWN_TIMEOUT_MS', async () => {
    const service = run({ MISBEHAVE: 'stop-hangs', SHUTDOWN_TIMEOUT_MS: '200' });
    await service.says('fixture is up');
    const startMs = performance.now();
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(1);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(195);
    expect(service.output).toContain('stopping took too long');
  });

  it('exits 1 and says why when its stop fails', async () => {
    const service = run({ MISBEHAVE: 'stop-fails' });
    await service.says('fixture is up');
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(1);
    expect(service.output).toContain('stopping failed: the last flush failed');
  });

  it('stops after its start when the signal came during it', async () => {
    const service = run({ MISBEHAVE: 'start-is-slow' });
    await service.says('starting');
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(service.output).toContain('closed what was open');
  });

  it.each(['rejects', 'throws'])('logs a bug that nobody caught (%s) and exits 1', async (misbehave) => {
    const service = run({ MISBEHAVE: misbehave });
    expect(await service.exit).toBe(1);
    expect(service.output).toContain('"operation":"bug"');
    expect(service.output).toContain('nobody caught me');
  });

  it('logs why it cannot start, without the credentials, and exits 1', async () => {
    const service = run({ MISBEHAVE: 'start-fails' });
    expect(await service.exit).toBe(1);
    expect(service.output).toContain('fixture could not start: cannot reach amqp://[redacted]@broker');
    expect(service.output).not.toContain(SECRET);
  });

  it('prints all faults of its configuration and exits 1 before it starts', async () => {
    const service = run({ FIXTURE_SECRET: 'changeme-hunter2', MISBEHAVE: 'often', LOG_FORMAT: 'xml' });
    expect(await service.exit).toBe(1);
    expect(service.output).toMatch(
      /fixture does not start\. 3 configuration faults:\n {2}LOG_FORMAT: .*\n {2}MISBEHAVE: .*\n {2}FIXTURE_SECRET: /,
    );
    expect(service.output).not.toContain('hunter2');
    expect(service.output).not.toContain('starting');
  });

  it('reads .env.local before .env, and its own environment before both', async () => {
    writeFileSync(join(folder, '.env'), 'MACHINE=from-env\nLOG_FORMAT=json\nSHUTDOWN_TIMEOUT_MS=1\n');
    writeFileSync(join(folder, '.env.local'), 'MACHINE=from-env-local\nLOG_FORMAT=json\n');
    const service = run({ LOG_FORMAT: 'logfmt', SHUTDOWN_TIMEOUT_MS: '5000' });
    await service.says('fixture is up');
    expect(service.output).toContain('machine=from-env-local');
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });
});
