import { describe, expect, it } from 'vitest';
import type { CadMesh, Rgb } from '../model/cad-mesh.js';
import type { Rigid } from '../model/rigid-transform.js';
import type { ReaderNode } from '../read/read-meshes.js';
import type { Product, ProductTree } from '../read/read-product-tree.js';
import { splitByColor } from '../write/split-by-color.js';
import { placeMeshes } from './place-meshes.js';
import { walkScene } from './scene.js';

const RED: Rgb = [1, 0, 0];
const at = (x: number): Rigid => [1, 0, 0, 0, 1, 0, 0, 0, 1, x, 0, 0];

/** One triangle of the given size, `x` along. */
function piece(name: string, size: number, x: number, color: Rgb | null = null): CadMesh {
  const positions = Float32Array.of(x, 0, 0, x + size, 0, 0, x, size, 0);
  return {
    name,
    positions,
    normals: null,
    triangles: Uint32Array.of(0, 1, 2),
    color,
    faces: [{ first: 0, last: 0, color: null }],
  };
}

function treeOf(uses: [name: string, x: number][], bodies: number): ProductTree {
  const parts = new Map<string, Product>();
  const partOf = (name: string) => {
    const part = parts.get(name) ?? { id: parts.size + 2, name, bodies, uses: [] };
    parts.set(name, part);
    return part;
  };
  const root: Product = { id: 1, name: 'root', bodies: 0, uses: [] };
  root.uses = uses.map(([name, x]) => ({ instanceName: `${name}@${x}`, product: partOf(name), placement: at(x) }));
  return { roots: [root], products: parts.size + 1, occurrences: uses.length };
}

const reader = (count: number): ReaderNode => ({
  name: '',
  meshes: [],
  children: Array.from({ length: count }, (_, number) => ({ name: `n${number}`, meshes: [number], children: [] })),
});

function bodiesByNode(meshes: CadMesh[], tree: ProductTree | null) {
  const scene = placeMeshes(meshes, reader(meshes.length), tree);
  const nodes = [...walkScene(scene.roots)].filter((node) => node.bodies.length > 0);
  return {
    source: scene.treeSource,
    bodies: Object.fromEntries(nodes.map((node) => [node.instanceName ?? node.name, node.bodies])),
  };
}

describe('placing meshes in the product tree', () => {
  it('gives each occurrence its own by name and lets equal ones share a shape', () => {
    const meshes = [piece('a', 1, 0), piece('b', 2, 5), piece('a', 1, 10)];
    const { source, bodies } = bodiesByNode(
      meshes,
      treeOf(
        [
          ['a', 0],
          ['b', 5],
          ['a', 10],
        ],
        1,
      ),
    );
    expect(source).toBe('step');
    expect(bodies).toEqual({
      'a@0': [{ mesh: 0, shape: 0 }],
      'b@5': [{ mesh: 1, shape: 1 }],
      'a@10': [{ mesh: 2, shape: 0 }],
    });
  });

  it('finds the right occurrence when the reader lists them in another order', () => {
    const meshes = [piece('a', 1, 0), piece('a', 1, 20), piece('a', 1, 10)];
    const { bodies } = bodiesByNode(
      meshes,
      treeOf(
        [
          ['a', 0],
          ['a', 10],
          ['a', 20],
        ],
        1,
      ),
    );
    expect(bodies).toEqual({
      'a@0': [{ mesh: 0, shape: 0 }],
      'a@10': [{ mesh: 2, shape: 0 }],
      'a@20': [{ mesh: 1, shape: 0 }],
    });
  });

  it('keeps a mesh of its own where the shape or the colour differs', () => {
    const meshes = [piece('a', 1, 0), piece('a', 1.5, 10), piece('a', 1, 20, RED)];
    const { bodies } = bodiesByNode(
      meshes,
      treeOf(
        [
          ['a', 0],
          ['a', 10],
          ['a', 20],
        ],
        1,
      ),
    );
    expect(Object.values(bodies).map(([body]) => body!.shape)).toEqual([0, 1, 2]);
  });

  it('goes by the number of bodies where solids have other names than products', () => {
    const meshes = [piece('SOLID', 1, 0), piece('SOLID', 2, 0), piece('', 1, 10), piece('', 2, 10)];
    const { bodies } = bodiesByNode(
      meshes,
      treeOf(
        [
          ['a', 0],
          ['a', 10],
        ],
        2,
      ),
    );
    expect(bodies['a@10']).toEqual([
      { mesh: 2, shape: 0 },
      { mesh: 3, shape: 1 },
    ]);
  });

  it('falls back to the tree of the reader where it stays unclear', () => {
    const { source, bodies } = bodiesByNode(
      [piece('x', 1, 0)],
      treeOf(
        [
          ['a', 0],
          ['b', 10],
        ],
        1,
      ),
    );
    expect(source).toBe('reader');
    expect(bodies).toEqual({ n0: [{ mesh: 0, shape: 0 }] });
  });
});

describe('colours', () => {
  it('of faces go before that of the body, each patch with its own vertices only', () => {
    const mesh: CadMesh = {
      name: '',
      positions: Float32Array.from({ length: 12 }, (_, i) => i),
      normals: null,
      triangles: Uint32Array.of(0, 1, 2, 1, 2, 3),
      color: [0, 0, 1],
      faces: [
        { first: 0, last: 0, color: null },
        { first: 1, last: 1, color: RED },
      ],
    };
    const [own, red] = splitByColor(mesh);
    expect([own!.color, red!.color]).toEqual([[0, 0, 1], RED]);
    expect([...red!.positions]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...red!.triangles]).toEqual([0, 1, 2]);
  });
});
