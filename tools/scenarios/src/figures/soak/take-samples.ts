import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descendantsOf, type Testbed } from '@windlass/testbed';
import { type ProcessFigures, readProcess } from '../../load/read-process.js';

export interface MemorySample extends ProcessFigures {
  heapUsedMb?: number;
  externalMb?: number;
}

export interface SoakSample {
  /** s since the load began. */
  atS: number;
  /** By instance; a handler's child as `worker-1 child <pid>`. */
  processes: Record<string, MemorySample>;
}

/** Each process of the platform as it stands now. `memoryDirectory`: where they tell their heaps. */
export async function sampleProcesses(bed: Testbed, memoryDirectory: string): Promise<Record<string, MemorySample>> {
  const found: Record<string, MemorySample> = {};
  for (const name of bed.instances) {
    const { pid } = bed.process(name);
    const own = readProcess(pid);
    if (own) found[name] = { ...own, ...heapOf(pid, memoryDirectory) };
    const children = name.startsWith('worker-') ? await descendantsOf(pid) : [];
    for (const child of children) {
      const figures = readProcess(child);
      if (figures) found[`${name} child ${child}`] = figures;
    }
  }
  return found;
}

function heapOf(pid: number, directory: string): Pick<MemorySample, 'heapUsedMb' | 'externalMb'> {
  try {
    const told = JSON.parse(readFileSync(join(directory, `${pid}.json`), 'utf8')) as NodeJS.MemoryUsage;
    const toMb = (bytes: number) => Math.round(bytes / 10_000) / 100;
    return { heapUsedMb: toMb(told.heapUsed), externalMb: toMb(told.external) };
  } catch {
    return {};
  }
}
