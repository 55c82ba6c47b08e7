import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A STEP file of at least `bytes`: copies of `source` as independent products with ids of their own, side by side. */
export async function writeLargeStep(source: string, target: string, bytes: number): Promise<void> {
  const text = await readFile(source, 'latin1');
  const from = text.indexOf('DATA;') + 'DATA;'.length;
  const to = text.lastIndexOf('ENDSEC;');
  const body = text.slice(from, to);
  const ids = Math.max(...[...body.matchAll(/#(\d+)/g)].map((match) => Number(match[1]))) + 1;
  const out = createWriteStream(target, 'latin1');
  out.write(`${text.slice(0, from)}\n`);
  for (let copy = 0, written = 0; written < bytes; copy += 1) {
    const part = `${body.replace(/#(\d+)/g, (_, id: string) => `#${Number(id) + copy * ids}`)}\n`;
    written += part.length;
    if (!out.write(part)) await once(out, 'drain');
  }
  out.end(text.slice(to));
  await once(out, 'close');
}
