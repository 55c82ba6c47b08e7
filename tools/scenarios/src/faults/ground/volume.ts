import { mkdirSync, readFileSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fillDirectory } from './fill-directory.js';
import { runTool } from './run-tool.js';

const MIB = 1024 * 1024;
const COPIES = 20;

/** Why this machine cannot mount volumes of our own; undefined: it can. */
export async function whyNoVolume(dir: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'volumes need Linux';
  if (process.getuid?.() !== 0) return 'mounting a volume needs root';
  try {
    const probe = await Volume.make(join(dir, 'probe'), 16);
    await probe.remove();
    return undefined;
  } catch (error) {
    return `a volume cannot be mounted here: ${(error as Error).message.slice(0, 200)}`;
  }
}

/**
 * An ext4 file system in a file, mounted by a loop device. What its page cache holds and no fsync has asked for is not in the file: a copy of
 * the file is what a power cut leaves of a disk.
 */
export class Volume {
  private constructor(
    private readonly dir: string,
    private image: string,
    private readonly device: string | undefined,
  ) {}

  /** @param dir is made; it has the image and, below it, the mount point. */
  static async make(dir: string, sizeMb: number): Promise<Volume> {
    mkdirSync(join(dir, 'mount'), { recursive: true });
    const image = join(dir, 'disk-0.img');
    writeFileSync(image, '');
    truncateSync(image, sizeMb * MIB);
    // -m 0: no blocks kept for root, so that full means the same to every account.
    await runTool('mkfs.ext4', '-q', '-F', '-m', '0', image);
    return Volume.mount(dir, image);
  }

  private static async mount(dir: string, image: string): Promise<Volume> {
    const path = join(dir, 'mount');
    await runTool('mount', '-o', 'loop', image, path);
    const device = await runTool('findmnt', '-n', '-o', 'SOURCE', path).catch(() => undefined);
    return new Volume(dir, image, device);
  }

  /** Where it is mounted. */
  get path(): string {
    return join(this.dir, 'mount');
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Leaves no block free. Returns what makes room again. */
  fill(): () => void {
    return fillDirectory(this.path);
  }

  /**
   * Copies the image as it stands, which nobody must write to through the mount meanwhile. Writes that the kernel still had on their way
   * would tear the copy: it is then made anew, and the cut has come that much later.
   * @throws Error when the device never held still
   */
  async copyImage(): Promise<string> {
    const copy = join(this.dir, `disk-${Date.now()}.img`);
    for (let n = 0; n < COPIES; n += 1) {
      const before = this.writesOf();
      if (before.inFlight === 0) {
        await runTool('cp', '--sparse=auto', this.image, copy);
        const after = this.writesOf();
        if (after.inFlight === 0 && after.done === before.done) return copy;
      }
      await sleep(50);
    }
    throw new Error(`${basename(this.image)} was being written to through ${COPIES} copies`);
  }

  /** Mounts the copy in the image's place. Nothing may have a file of the volume open any more. */
  async replaceBy(copy: string): Promise<Volume> {
    await runTool('umount', this.path);
    rmSync(this.image);
    return Volume.mount(this.dir, copy);
  }

  /** Unmounts and deletes it; the kernel frees the loop device with the mount. Nothing to do is fine. */
  async remove(): Promise<void> {
    const mounted = await runTool('findmnt', '-n', this.path).catch(() => '');
    // -l: what still has a file open there must not keep the mount point from going.
    if (mounted) await runTool('umount', this.path).catch(() => runTool('umount', '-l', this.path));
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Of the loop device, as the kernel counts (Documentation/block/stat.rst): writes done, and requests in flight. */
  private writesOf(): { done: number; inFlight: number } {
    const { blocks } = statSync(this.image);
    const name = this.device && basename(this.device);
    if (!name) return { done: blocks, inFlight: 0 };
    const fields = readFileSync(`/sys/class/block/${name}/stat`, 'latin1').trim().split(/\s+/).map(Number);
    return { done: fields[4]!, inFlight: fields[8]! };
  }
}
