import { boundMeshes, type CadMesh, diagonalOf } from '../model/cad-mesh.js';
import { applyTo, invert, multiply, type Rigid } from '../model/rigid-transform.js';
import { type SceneNode, walkScene } from './scene.js';

/** Single-precision coordinates after two placements; a different part differs by far more. */
const TOLERANCE_OF_DIAGONAL = 1e-5;
/** How many occurrences further the right mesh may stand when the reader's order differs from the tree's. */
const LOOK_AHEAD = 64;

/**
 * Lets occurrences of one product share the first one's meshes, after checking vertex by vertex that they are the same mesh elsewhere;
 * where they are not, the occurrence keeps a mesh of its own. Answers the world placement that each shape was found in.
 */
export function shareShapes(meshes: readonly CadMesh[], roots: readonly SceneNode[]): Map<number, Rigid> {
  const toleranceMm = diagonalOf(boundMeshes(meshes)) * TOLERANCE_OF_DIAGONAL;
  const worlds = new Map<number, Rigid>();
  const occurrences = new Map<number, SceneNode[]>();
  for (const node of walkScene(roots)) {
    const others = occurrences.get(node.product);
    if (others) others.push(node);
    else occurrences.set(node.product, [node]);
  }
  for (const nodes of occurrences.values()) {
    const [first, ...others] = nodes;
    for (const body of first!.bodies) worlds.set(body.shape, first!.world);
    for (const [i, node] of others.entries()) {
      matchOccurrence(meshes, first!, node, others.slice(i + 1, i + 1 + LOOK_AHEAD), toleranceMm);
    }
    for (const node of others)
      for (const body of node.bodies) if (body.shape === body.mesh) worlds.set(body.shape, node.world);
  }
  return worlds;
}

function matchOccurrence(
  meshes: readonly CadMesh[],
  first: SceneNode,
  node: SceneNode,
  later: readonly SceneNode[],
  toleranceMm: number,
): void {
  const move = multiply(node.world, invert(first.world));
  const fits = (other: SceneNode) =>
    other.bodies.length === first.bodies.length &&
    first.bodies.every((body, i) => isMoved(meshes[body.mesh]!, meshes[other.bodies[i]!.mesh]!, move, toleranceMm));
  const right = [node, ...later].find(fits);
  if (!right) return;
  [node.bodies, right.bodies] = [right.bodies, node.bodies];
  node.bodies = node.bodies.map(({ mesh }, i) => ({ mesh, shape: first.bodies[i]!.shape }));
}

function isMoved(a: CadMesh, b: CadMesh, move: Rigid, toleranceMm: number): boolean {
  if (a.positions.length !== b.positions.length || a.triangles.length !== b.triangles.length) return false;
  for (let i = 0; i < a.positions.length; i += 3) {
    const [x, y, z] = applyTo(move, [a.positions[i]!, a.positions[i + 1]!, a.positions[i + 2]!]);
    if (!(Math.abs(x - b.positions[i]!) <= toleranceMm)) return false;
    if (!(Math.abs(y - b.positions[i + 1]!) <= toleranceMm && Math.abs(z - b.positions[i + 2]!) <= toleranceMm))
      return false;
  }
  return a.triangles.every((corner, i) => corner === b.triangles[i]) && sameColors(a, b);
}

/** A use may be coloured apart from its product. */
function sameColors(a: CadMesh, b: CadMesh): boolean {
  const colors = (mesh: CadMesh) => String([mesh.color, ...mesh.faces.map((face) => face.color ?? '')]);
  return colors(a) === colors(b);
}
