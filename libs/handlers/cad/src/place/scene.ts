import type { CadMesh } from '../model/cad-mesh.js';
import type { Rigid } from '../model/rigid-transform.js';

/** One occurrence of a product, or of whatever the file has for it. */
export interface SceneNode {
  /** The product's name. */
  name: string;
  /** The name of this use of it, where the file gives one. */
  instanceName: string | null;
  /** Equal for occurrences of the same product. */
  product: number;
  /** In the coordinates of the parent. */
  placement: Rigid;
  world: Rigid;
  bodies: SceneBody[];
  children: SceneNode[];
}

export interface SceneBody {
  /** Number of its mesh. */
  mesh: number;
  /** Number of the mesh whose shape it shares; its own when it is the first of its kind. */
  shape: number;
}

export interface Scene {
  meshes: readonly CadMesh[];
  roots: SceneNode[];
  /** For each shape, the world placement of the node it was found in: what takes the mesh back to the part's own coordinates. */
  shapeWorlds: ReadonlyMap<number, Rigid>;
  /** `step`: from the STEP product records; `reader`: the reader's flattened one. */
  treeSource: 'step' | 'reader';
}

export function* walkScene(nodes: readonly SceneNode[]): Generator<SceneNode> {
  for (const node of nodes) {
    yield node;
    yield* walkScene(node.children);
  }
}
