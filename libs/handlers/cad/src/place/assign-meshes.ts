import type { CadMesh } from '../model/cad-mesh.js';
import { type SceneNode, walkScene } from './scene.js';

/**
 * Gives every mesh to one occurrence; false, with nothing given, when it stays unclear which is whose. Names decide first; files whose
 * solids have no names, or others than their products, are told apart by the number of bodies in the order of the tree.
 */
export function assignMeshes(
  meshes: readonly CadMesh[],
  roots: readonly SceneNode[],
  bodiesOf: ReadonlyMap<number, number>,
): boolean {
  const numbers = meshes.flatMap((mesh, number) => (mesh.triangles.length > 0 ? [number] : []));
  const nodes = [...walkScene(roots)];
  const bearing = nodes.filter((node) => (bodiesOf.get(node.product) ?? 0) > 0);
  const owners = bearing.length > 0 ? bearing : nodes.filter((node) => node.children.length === 0);
  if (owners.length === 1) {
    give(owners[0]!, numbers);
    return true;
  }
  return assignByName(meshes, numbers, owners) || assignByOrder(numbers, owners, bodiesOf);
}

function assignByName(meshes: readonly CadMesh[], numbers: readonly number[], owners: readonly SceneNode[]): boolean {
  const named = groupBy(numbers, (number) => meshes[number]!.name);
  const places = groupBy(owners, (node) => node.name);
  for (const [name, group] of named) {
    const nodes = places.get(name) ?? [];
    // Two products of one name would each need a share of their own.
    const isOneProduct = nodes.every((node) => node.product === nodes[0]!.product);
    if (nodes.length === 0 || !isOneProduct || group.length % nodes.length !== 0) return false;
  }
  for (const [name, group] of named) {
    const nodes = places.get(name)!;
    const share = group.length / nodes.length;
    for (const [i, node] of nodes.entries()) give(node, group.slice(i * share, (i + 1) * share));
  }
  return true;
}

function assignByOrder(
  numbers: readonly number[],
  owners: readonly SceneNode[],
  bodiesOf: ReadonlyMap<number, number>,
): boolean {
  const shares = owners.map((node) => bodiesOf.get(node.product) ?? 0);
  if (shares.reduce((sum, share) => sum + share, 0) !== numbers.length) return false;
  let at = 0;
  owners.forEach((node, i) => {
    give(node, numbers.slice(at, at + shares[i]!));
    at += shares[i]!;
  });
  return true;
}

function give(node: SceneNode, numbers: readonly number[]): void {
  node.bodies = numbers.map((mesh) => ({ mesh, shape: mesh }));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
