import type { CadMesh } from '../model/cad-mesh.js';

/** Strings are joined in pieces of this many lines: one string for millions of lines would pass the engine's limit. */
const LINES_PER_PIECE = 20_000;

/** Wavefront OBJ in millimetres, Z up; one object per body. */
export function writeObj(meshes: readonly CadMesh[]): Buffer {
  const out = new Lines();
  out.add('# millimetres, Z up');
  let vertexBase = 1;
  let normalBase = 1;
  meshes.forEach((mesh, number) => {
    out.add(`o ${mesh.name.replace(/\s+/g, '_') || `body_${number + 1}`}`);
    const { positions, normals, triangles } = mesh;
    for (let i = 0; i < positions.length; i += 3) out.add(`v ${decimal(positions, i)}`);
    for (let i = 0; normals && i < normals.length; i += 3) out.add(`vn ${decimal(normals, i)}`);
    const corner = (vertex: number) =>
      normals ? `${vertex + vertexBase}//${vertex + normalBase}` : `${vertex + vertexBase}`;
    for (let i = 0; i < triangles.length; i += 3) {
      out.add(`f ${corner(triangles[i]!)} ${corner(triangles[i + 1]!)} ${corner(triangles[i + 2]!)}`);
    }
    vertexBase += positions.length / 3;
    normalBase += (normals?.length ?? 0) / 3;
  });
  return out.toBuffer();
}

/** Seven digits are all that single precision has. */
function decimal(values: Float32Array, at: number): string {
  return `${shortest(values[at]!)} ${shortest(values[at + 1]!)} ${shortest(values[at + 2]!)}`;
}

const shortest = (value: number) => String(Number(value.toPrecision(7)));

class Lines {
  private readonly pieces: Buffer[] = [];
  private lines: string[] = [];

  add(line: string): void {
    this.lines.push(line);
    if (this.lines.length >= LINES_PER_PIECE) this.flush();
  }

  toBuffer(): Buffer {
    this.flush();
    return Buffer.concat(this.pieces);
  }

  private flush(): void {
    if (this.lines.length > 0) this.pieces.push(Buffer.from(`${this.lines.join('\n')}\n`));
    this.lines = [];
  }
}
