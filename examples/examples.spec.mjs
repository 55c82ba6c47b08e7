import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const EXAMPLES = readdirSync(HERE).filter((name) => existsSync(join(HERE, name, 'run.mjs')));
/** Alone each takes seconds; beside other tests a database's first start alone may take twenty. */
const TIMEOUT_MS = 180_000;

describe('examples', () => {
  it('are those that the documentation names', () => {
    expect(EXAMPLES).toEqual(['cad-conversion', 'hash', 'http-request', 'own-app']);
  });

  it.each(EXAMPLES)(
    '%s does its users’ main job, from the start of the platform to its end',
    { timeout: TIMEOUT_MS },
    async (name) => {
      const { code, output } = await run(join(HERE, name, 'run.mjs'));
      expect(code, output).toBe(0);
    },
  );
});

function run(script) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a late one ends with the platform that it has started.
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGTERM'), TIMEOUT_MS - 40_000);
    let output = '';
    const keep = (piece) => {
      output = (output + piece).slice(-8_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
