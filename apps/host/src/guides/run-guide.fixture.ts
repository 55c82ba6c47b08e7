import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { matchOutput } from './match-output.fixture.js';
import type { Guide } from './parse-guide.fixture.js';

const CLI = fileURLToPath(new URL('../../../cli/bin/windlass.mjs', import.meta.url));
/** A guide takes seconds; one that hangs ends here. */
const GUIDE_LIMIT_MS = 60_000;

export interface GuidePlace {
  /** An empty directory for the guide alone. */
  directory: string;
  url: string;
  token: string;
}

/**
 * Runs all snippets of a guide in one bash, as somebody would who pastes them one after the other.
 * @returns failures, each beginning with `<guide>:<line>:`; empty when the guide is true
 */
export async function runGuide(guide: Guide, place: GuidePlace): Promise<string[]> {
  const mark = `--- ${guide.name} ${process.hrtime.bigint()} `;
  const { output, timedOut } = await runBash(guide.name, scriptOf(guide, mark), place);
  const [early = '', ...parts] = output.split(mark);
  if (early !== '') return [`${guide.name}:1: printed before the first snippet: ${early}`];
  const failures: string[] = [];
  let ended = false;
  for (const part of parts) {
    const [head = '', ...printed] = part.split('\n');
    const [kind, number] = head.split(' ');
    if (kind === 'end') ended = true;
    if (kind === 'failed') failures.push(`${guide.name}:${number}: this command failed${lastLines(parts)}`);
    if (kind !== 'snippet') continue;
    const expected = guide.snippets[Number(number)]?.expected;
    // Of a snippet that ended early everything is said by its failure.
    const completed = parts.indexOf(part) < parts.length - 1 && !parts[parts.indexOf(part) + 1]?.startsWith('failed');
    const difference = expected && completed ? matchOutput(expected.lines, printed) : undefined;
    if (difference !== undefined) failures.push(`${guide.name}:${expected?.line}: ${difference}`);
  }
  if (timedOut) failures.push(`${guide.name}: not done after ${GUIDE_LIMIT_MS} ms${lastLines(parts)}`);
  else if (!ended && failures.length === 0) failures.push(`${guide.name}: ended early${lastLines(parts)}`);
  return failures;
}

/** Each line of a snippet stands in the script where it stands in the guide, so that bash names the guide's lines. */
function scriptOf(guide: Guide, mark: string): string {
  const script: string[] = Array.from({ length: guide.lineCount }, () => '');
  guide.snippets.forEach(({ sh }, index) => {
    const opening = `printf '%s\\n' '${mark}snippet ${index}'`;
    script[sh.line - 2] = index === 0 ? `${prologue(mark)}; ${opening}` : opening;
    sh.lines.forEach((line, offset) => {
      script[sh.line - 1 + offset] = line;
    });
  });
  return `${script.join('\n')}\nprintf '%s\\n' '${mark}end'\n`;
}

/** Errors stand among the output, as on a terminal. The trap is told once: a function that fails passes it on to its callers. */
function prologue(mark: string): string {
  return `exec 2>&1; set -Eeuo pipefail; trap 'printf "%s\\n" "${mark}failed $LINENO"; trap - ERR; exit 1' ERR`;
}

async function runBash(
  name: string,
  script: string,
  place: GuidePlace,
): Promise<{ output: string; timedOut: boolean }> {
  const bin = join(place.directory, '.bin');
  await mkdir(bin, { recursive: true });
  await writeFile(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1" = windlass ] || exit 127\nshift\nexec '${process.execPath}' '${CLI}' "$@"\n`,
  );
  await chmod(join(bin, 'npx'), 0o755);
  await writeFile(join(place.directory, `${name}.sh`), script);
  const { directory, url, token } = place;
  // Nothing of whoever runs the tests but their programs. A group of its own, so that what it leaves behind ends with it.
  const child = spawn('bash', [`${name}.sh`], {
    cwd: directory,
    env: { PATH: `${bin}:${searchPath()}`, HOME: directory, WINDLASS_URL: url, WINDLASS_TOKEN: token },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child.pid);
  }, GUIDE_LIMIT_MS);
  await new Promise((resolve, reject) => {
    child.once('exit', () => endGroup(child.pid));
    child.once('close', resolve);
    child.once('error', reject);
  });
  clearTimeout(timer);
  return { output, timedOut };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended already.
  }
}

function lastLines(parts: string[]): string {
  return `, after\n${parts.join('').split('\n').slice(-20).join('\n')}`;
}

function searchPath(): string {
  return process.env.PATH ?? '';
}
