import type { CadMesh } from '../model/cad-mesh.js';
import { IDENTITY, multiply, type Rigid } from '../model/rigid-transform.js';
import type { ReaderNode } from '../read/read-meshes.js';
import type { Product, ProductTree } from '../read/read-product-tree.js';
import { assignMeshes } from './assign-meshes.js';
import type { Scene, SceneNode } from './scene.js';
import { shareShapes } from './share-shapes.js';

/**
 * Brings the reader's meshes, which come flat and in world coordinates, back into the tree of products. A wrong or missing placement
 * never moves a mesh: each shape is taken back by the same placement that the node then applies. `tree` has passed checkAssembly.
 */
export function placeMeshes(meshes: readonly CadMesh[], readerRoot: ReaderNode, tree: ProductTree | null): Scene {
  if (tree && tree.roots.length > 0) {
    const bodiesOf = new Map<number, number>();
    const roots = tree.roots.map((root) => expand(root, null, IDENTITY, IDENTITY, bodiesOf));
    if (assignMeshes(meshes, roots, bodiesOf)) {
      return { meshes, roots, shapeWorlds: shareShapes(meshes, roots), treeSource: 'step' };
    }
  }
  const counter = { next: 0 };
  const roots =
    readerRoot.meshes.length > 0
      ? [readerNode(readerRoot, counter)]
      : readerRoot.children.map((node) => readerNode(node, counter));
  return { meshes, roots, shapeWorlds: new Map(meshes.map((_, index) => [index, IDENTITY])), treeSource: 'reader' };
}

function expand(
  product: Product,
  instanceName: string | null,
  placement: Rigid,
  parentWorld: Rigid,
  bodiesOf: Map<number, number>,
): SceneNode {
  const world = multiply(parentWorld, placement);
  bodiesOf.set(product.id, product.bodies);
  const children = product.uses.map((use) =>
    expand(use.product, use.instanceName, use.placement ?? IDENTITY, world, bodiesOf),
  );
  return { name: product.name, instanceName, product: product.id, placement, world, bodies: [], children };
}

function readerNode(node: ReaderNode, counter: { next: number }): SceneNode {
  const product = counter.next++;
  return {
    name: node.name || 'model',
    instanceName: null,
    product,
    placement: IDENTITY,
    world: IDENTITY,
    bodies: node.meshes.map((mesh) => ({ mesh, shape: mesh })),
    children: node.children.map((child) => readerNode(child, counter)),
  };
}
