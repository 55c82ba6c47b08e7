import { closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Programs } from '../instance.js';
import { pathStartingWith } from '../services.config.js';
import { downloadPackages, unpackPackages } from './apt-download.js';
import { cachedRoot } from './cached-root.js';
import { libraryDir } from './installed-programs.js';
import type { Progress } from './progress.js';

/** Only what a broker loads: shells and tools that its scripts call are the machine's own. */
const NEEDED = /^(erlang-|rabbitmq-server_|lib|zlib1g_)/;

/** Rises whenever a root made by an earlier version of this file would not do. */
const LAYOUT = 2;

/**
 * RabbitMQ of any Debian release, in a folder of the cache. Its Erlang runs on the C library that it was built for: each
 * program is wrapped in a script that calls the unpacked dynamic loader, so neither root nor namespaces are needed.
 */
export async function unpackForeign(release: string, packages: string[], progress: Progress): Promise<Programs> {
  const root = await cachedRoot(`rabbitmq-${release}-v${LAYOUT}`, async (workDir, finalPath) => {
    progress(`downloading ${packages.join(' ')} of Debian ${release}`);
    const files = await downloadPackages({ packages, workDir, release });
    const unpacked = join(workDir, 'root');
    await unpackPackages(
      files.filter((file) => NEEDED.test(basename(file))),
      unpacked,
    );
    wrapErlang(unpacked, finalPath);
    return unpacked;
  });
  const bin = join(root, 'windlass-bin');
  const scripts = join(root, 'usr/lib/rabbitmq/bin');
  return {
    origin: 'unpacked',
    bin: {
      server: join(scripts, 'rabbitmq-server'),
      ctl: join(scripts, 'rabbitmqctl'),
      epmd: join(bin, 'epmd'),
      erlCall: join(bin, 'erl_call'),
    },
    env: { PATH: pathStartingWith(bin) },
  };
}

/** Replaces the programs of erts by wrappers and writes an `erl` that knows where it lies. Paths are the final ones. */
function wrapErlang(unpacked: string, finalPath: string): void {
  const erlang = join(unpacked, 'usr/lib/erlang');
  const erts = readdirSync(erlang).find((entry) => entry.startsWith('erts-'));
  if (!erts) throw new Error(`no Erlang was unpacked below ${erlang}`);
  const final = (path: string) => path.replace(unpacked, finalPath);
  const libraries = [libraryDir(unpacked), libraryDir(unpacked, '')].filter((dir) => dir !== undefined);
  const loader = findLoader(libraries);
  const run = `"${final(loader)}" --library-path "${libraries.map(final).join(':')}"`;

  const bin = join(erlang, erts, 'bin');
  for (const program of programsBelow(erlang)) {
    const real = join(dirname(program), 'real', basename(program)); // the same name: escript looks at its own
    mkdirSync(dirname(real), { recursive: true });
    renameSync(program, real);
    writeScript(program, `exec ${run} "${final(real)}" "$@"`);
  }
  const own = join(unpacked, 'windlass-bin');
  mkdirSync(own);
  const home = `ROOTDIR="${final(erlang)}" BINDIR="${final(bin)}" EMU=beam PROGNAME=erl`;
  writeScript(join(own, 'erl'), `export ${home}\nexec "${final(bin)}/erlexec" "$@"`);
  // rabbitmqctl is an escript: with the machine's own, or none, it would run on another Erlang or not at all.
  const emulator = `export ESCRIPT_EMULATOR="${final(join(own, 'erl'))}"`;
  writeScript(join(own, 'escript'), `${emulator}\nexec "${final(bin)}/escript" "$@"`);
  for (const name of ['epmd', 'erl_call']) writeScript(join(own, name), `exec "${final(bin)}/${name}" "$@"`);
}

/** Executables of the virtual machine itself and of its libraries (os_mon has two), shared objects left out. */
function programsBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.so'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (statSync(path).mode & 0o111) !== 0 && isElf(path));
}

function findLoader(libraries: string[]): string {
  for (const dir of libraries) {
    const name = readdirSync(dir).find((entry) => /^ld-linux.*\.so\.\d$/.test(entry));
    if (name) return join(dir, name);
  }
  throw new Error('no dynamic loader was unpacked with the C library');
}

function writeScript(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

function isElf(path: string): boolean {
  const file = openSync(path, 'r');
  const head = Buffer.alloc(4);
  readSync(file, head, 0, 4, 0);
  closeSync(file);
  return head.toString('latin1') === '\x7fELF';
}
