import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_AUDIENCE, DEV_ISSUER, mintToken, readDevSecret } from '../dev/dev-secrets.js';
import { type DevPlatform, startDev } from '../dev/start-dev.js';
import { type Guide, parseGuide } from './parse-guide.fixture.js';
import { runGuide } from './run-guide.fixture.js';

const GUIDES = fileURLToPath(new URL('../../../../docs/guides', import.meta.url));
const HANDLER_KIT = fileURLToPath(new URL('../../../../libs/handler-kit', import.meta.url));
const guides: Guide[] = await Promise.all(
  (await readdir(GUIDES)).sort().map(async (name) => parseGuide(name, await readFile(join(GUIDES, name), 'utf8'))),
);

describe('docs/guides', () => {
  let directory: string;
  let platform: DevPlatform;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-guides-'));
    const handlers = await writeHandlers(join(directory, 'my-jobs'));
    platform = await startDev({
      directory: join(directory, 'data'),
      port: 0,
      logLevel: 'error',
      logFormat: 'logfmt',
      worker: { HANDLERS: handlers.join(',') },
    });
  }, 120_000);
  afterAll(async () => {
    await platform?.stop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  /** What the guides show is what runs. */
  async function writeHandlers(target: string): Promise<string[]> {
    await mkdir(join(target, 'node_modules', '@windlass'), { recursive: true });
    await symlink(HANDLER_KIT, join(target, 'node_modules', '@windlass', 'handler-kit'));
    const handlers = guides.flatMap((guide) => guide.handlers);
    for (const { file, source } of handlers) await writeFile(join(target, file), source, { flag: 'wx' });
    return handlers.map(({ file }) => join(target, file));
  }

  /** A tenant for each guide: its lists show its own jobs only. */
  async function placeFor(guide: Guide) {
    const tenant = guide.name.replace(/\.md$/, '');
    const own = join(directory, tenant);
    await mkdir(own);
    const claims = { subject: 'you', tenant, scope: 'admin', issuer: DEV_ISSUER, audience: DEV_AUDIENCE };
    const secret = await readDevSecret(platform.directory);
    return { directory: own, url: platform.url, token: await mintToken(secret, { ...claims, lifeSeconds: 600 }) };
  }

  it('the index names every guide', async () => {
    const index = await readFile(join(GUIDES, 'README.md'), 'utf8');
    const named = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map((match) => match[1]);
    expect([...new Set(named), 'README.md'].sort()).toEqual(guides.map((guide) => guide.name));
  });

  it.each(guides)('$name: its snippets run and print what it says', { timeout: 90_000 }, async (guide) => {
    expect(guide.snippets, 'a guide has at least one snippet').not.toEqual([]);
    expect(await runGuide(guide, await placeFor(guide))).toEqual([]);
  });
});
