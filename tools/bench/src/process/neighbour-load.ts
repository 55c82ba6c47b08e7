import { readFileSync } from 'node:fs';
import { cpuMicrosOf, machineBusyMicros } from './read-processes.js';

/** What others did on this machine meanwhile, in processor cores: everything that is not descended from this process. */
export class NeighbourLoad {
  private readonly startMs = performance.now();
  private readonly startMicros = othersMicros();

  get cores(): number {
    return Math.max(0, (othersMicros() - this.startMicros) / ((performance.now() - this.startMs) * 1000));
  }
}

function othersMicros(): number {
  return machineBusyMicros() - cpuMicrosOf([process.pid]);
}

/** The machine's load averages of 1, 5 and 15 minutes. */
export function loadAverages(): string {
  return readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ');
}
