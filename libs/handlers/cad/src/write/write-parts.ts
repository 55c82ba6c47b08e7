import type { Artifact, OutputFormat } from '../conversion.types.js';
import { MAX_PART_FILES } from '../conversion-bounds.js';
import type { CadMesh } from '../model/cad-mesh.js';
import { cleanFileName } from '../model/clean-name.js';
import { IDENTITY, invert, transformPoints } from '../model/rigid-transform.js';
import { type Scene, type SceneNode, walkScene } from '../place/scene.js';
import { CONTENT_TYPE, writeModel } from './write-models.js';

/** One file per distinct part, in its own coordinates: STL if that was asked for, otherwise the first format. Adds to `warnings`. */
export async function writeParts(
  scene: Scene,
  formats: readonly OutputFormat[],
  warnings: string[],
): Promise<Artifact[]> {
  const format = formats.includes('stl') ? 'stl' : (formats[0] ?? 'stl');
  const parts = distinctParts(scene);
  if (parts.length > MAX_PART_FILES)
    warnings.push(`${parts.length} distinct parts: only the first ${MAX_PART_FILES} have a file of their own.`);
  const taken = new Set<string>();
  const artifacts: Artifact[] = [];
  for (const node of parts.slice(0, MAX_PART_FILES)) {
    const name = freeName(cleanFileName(node.name), taken);
    const bytes = await writeModel(partScene(scene, node), format, node.name);
    artifacts.push({ name: `parts/${name}.${format}`, bytes, contentType: CONTENT_TYPE[format] });
  }
  return artifacts;
}

/** The first occurrence of each product that has bodies of its own. */
export function distinctParts(scene: Scene): SceneNode[] {
  const parts = new Map<number, SceneNode>();
  for (const node of walkScene(scene.roots))
    if (node.bodies.length > 0 && !parts.has(node.product)) parts.set(node.product, node);
  return [...parts.values()];
}

function partScene(scene: Scene, node: SceneNode): Scene {
  const back = invert(node.world);
  const meshes = node.bodies.map(({ mesh }): CadMesh => {
    const whole = scene.meshes[mesh]!;
    const normals = whole.normals && transformPoints(back, whole.normals, 'normals');
    return { ...whole, positions: transformPoints(back, whole.positions, 'points'), normals };
  });
  const bodies = meshes.map((_, number) => ({ mesh: number, shape: number }));
  const root = { ...node, instanceName: null, placement: IDENTITY, world: IDENTITY, bodies, children: [] };
  return {
    meshes,
    roots: [root],
    shapeWorlds: new Map(bodies.map(({ shape }) => [shape, IDENTITY])),
    treeSource: scene.treeSource,
  };
}

/** Compared without case, since some file systems do. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let copy = 2; taken.has(name.toLowerCase()); copy++) name = `${wanted}-${copy}`;
  taken.add(name.toLowerCase());
  return name;
}
