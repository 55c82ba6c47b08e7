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
  const parts = partsOf(output, mark);
  // The last part is the word on the end; what was printed before it belongs to a snippet that may not be complete.
  const last = parts.pop();
  const complete = last?.kind === 'end' ? parts : parts.slice(0, -1);
  const failures = complete.flatMap(({ number, printed }) => {
    const expected = guide.snippets[number]?.expected;
    const difference = expected && matchOutput(expected.lines, printed);
    return difference === undefined ? [] : [`${guide.name}:${expected?.line}: ${difference}`];
  });
  const said = `, after\n${tail(output)}`;
  if (timedOut) failures.push(`${guide.name}: not done after ${GUIDE_LIMIT_MS} ms${said}`);
  else if (last?.kind === 'failed') failures.push(`${guide.name}:${last.number}: this command failed${said}`);
  else if (last?.kind !== 'end') failures.push(`${guide.name}: ended early${said}`);
  return failures;
}

interface Part {
  kind: string;
  /** Of a snippet its index, of a failure its line. */
  number: number;
  printed: string[];
}

function partsOf(output: string, mark: string): Part[] {
  const [, ...parts] = output.split(mark);
  return parts.map((part) => {
    const [head = '', ...printed] = part.split('\n');
    const [kind = '', number] = head.split(' ');
    return { kind, number: Number(number), printed };
  });
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

function tail(output: string): string {
  return output
    .split('\n')
    .slice(-20)
    .map((line) => line.slice(0, 300))
    .join('\n');
}

function searchPath(): string {
  return process.env.PATH ?? '';
}
