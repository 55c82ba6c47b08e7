import { join } from 'node:path';
import type { OwnServers } from '@windlass/testbed';
import type { CleanUp } from '../ground/clean-up.js';
import { Volume } from '../ground/volume.js';

/** Room for the write-ahead log of a run: it keeps up to a gibibyte before it is reused. */
const VOLUME_MB = 2_048;

/** The disk that PostgreSQL lies on, to be cut off from power. */
export class CutDisk {
  private constructor(private volume: Volume) {}

  static async make(cleanUp: CleanUp, dir: string): Promise<CutDisk> {
    const disk = new CutDisk(await Volume.make(join(dir, 'disk'), VOLUME_MB));
    cleanUp.add('the volume', () => disk.volume.remove());
    return disk;
  }

  get dataDir(): string {
    return join(this.volume.path, 'postgres');
  }

  /** Takes what a power cut at this moment leaves. PostgreSQL stands still from here on. */
  async cut({ postgres }: Pick<OwnServers, 'postgres'>): Promise<string> {
    await postgres.pause();
    return this.volume.copyImage();
  }

  /**
   * Power is back: the disk holds what it held at the cut, and PostgreSQL recovers from that on its old address.
   * @throws Error when it does not
   */
  async restore({ postgres }: Pick<OwnServers, 'postgres'>, copy: string): Promise<void> {
    await postgres.kill();
    this.volume = await this.volume.replaceBy(copy);
    await postgres.restart();
  }
}
