import { readdir, readFile } from 'node:fs/promises';

interface ProcessFacts {
  pid: number;
  /** User and system time so far. */
  cpuMs: number;
}

/** The usual kernel's: USER_HZ. */
const TICKS_PER_S = 100;

/** Living processes that run a handler of this type, by the title that they give themselves. */
export async function handlerProcesses(type: string): Promise<ProcessFacts[]> {
  const found: ProcessFacts[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const title = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (!title.includes(type) || !title.startsWith('windlass')) continue;
    const facts = await factsOf(Number(entry));
    if (facts) found.push(facts);
  }
  return found;
}

export async function isAlive(pid: number): Promise<boolean> {
  return (await factsOf(pid)) !== undefined;
}

async function factsOf(pid: number): Promise<ProcessFacts | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The command's name may hold blanks: fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return { pid, cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_S };
}
