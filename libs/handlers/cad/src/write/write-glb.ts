import { Document, type Buffer as GltfBuffer, type Material, type Mesh, type Node, NodeIO } from '@gltf-transform/core';
import { type Rgb, toHexColor } from '../model/cad-mesh.js';
import { IDENTITY, invert, type Rigid, transformPoints } from '../model/rigid-transform.js';
import type { Scene, SceneNode } from '../place/scene.js';
import { splitByColor } from './split-by-color.js';

const METRES_PER_MM = 1e-3;
/** Millimetres with Z up to glTF's metres with Y up: (x, y, z) → (x, z, -y). */
const Y_UP: Rigid = [1, 0, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0];

/** Binary glTF 2.0: the assembly tree as nodes, every shape once however often it is used, one material per colour. */
export async function writeGlb(scene: Scene, title: string): Promise<Uint8Array> {
  const document = new Document();
  document.getRoot().getAsset().generator = '@windlass/handler-cad';
  const root = document.createScene(title);
  document.getRoot().setDefaultScene(root);
  const shapes = new ShapeWriter(document, scene);
  for (const node of scene.roots) root.addChild(writeNode(document, shapes, node));
  return new NodeIO().writeBinary(document);
}

function writeNode(document: Document, shapes: ShapeWriter, source: SceneNode): Node {
  const node = document.createNode(source.instanceName ?? source.name).setMatrix(toGltfMatrix(source.placement));
  node.setExtras({ product: source.name });
  const mesh = shapes.meshOf(source);
  if (mesh) node.setMesh(mesh);
  for (const child of source.children) node.addChild(writeNode(document, shapes, child));
  return node;
}

/** Y_UP · placement · Y_UP⁻¹ in columns, the translation in metres. */
function toGltfMatrix(t: Rigid): Parameters<Node['setMatrix']>[0] {
  // Rows and columns change places as the axes do: y' = z and z' = -y.
  const [a, b, c, d, e, f, g, h, i, x, y, z] = t as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const m = METRES_PER_MM;
  return [a, g, -d, 0, c, i, -f, 0, -b, -h, e, 0, x * m, z * m, -y * m, 1];
}

class ShapeWriter {
  private readonly meshes = new Map<string, Mesh>();
  private readonly materials = new Map<string, Material>();
  private readonly buffer: GltfBuffer;

  constructor(
    private readonly document: Document,
    private readonly scene: Scene,
  ) {
    this.buffer = document.createBuffer();
  }

  meshOf(node: SceneNode): Mesh | null {
    if (node.bodies.length === 0) return null;
    const key = node.bodies.map((body) => body.shape).join(' ');
    const known = this.meshes.get(key);
    if (known) return known;
    const mesh = this.document.createMesh(node.name);
    for (const { shape } of node.bodies) this.addShape(mesh, shape);
    this.meshes.set(key, mesh);
    return mesh;
  }

  private addShape(mesh: Mesh, shape: number): void {
    const back = invert(this.scene.shapeWorlds.get(shape) ?? IDENTITY);
    for (const patch of splitByColor(this.scene.meshes[shape]!)) {
      const points = transformPoints(Y_UP, transformPoints(back, patch.positions, 'points'), 'points');
      const primitive = this.document
        .createPrimitive()
        .setMaterial(this.materialOf(patch.color))
        .setIndices(this.accessor('SCALAR', narrow(patch.triangles, points.length / 3)))
        .setAttribute(
          'POSITION',
          this.accessor(
            'VEC3',
            points.map((value) => value * METRES_PER_MM),
          ),
        );
      if (patch.normals) {
        const normals = transformPoints(Y_UP, transformPoints(back, patch.normals, 'normals'), 'normals');
        primitive.setAttribute('NORMAL', this.accessor('VEC3', unitNormals(normals)));
      }
      mesh.addPrimitive(primitive);
    }
  }

  private accessor(type: 'SCALAR' | 'VEC3', array: Float32Array | Uint16Array | Uint32Array) {
    return this.document
      .createAccessor()
      .setType(type)
      .setArray(array as Float32Array<ArrayBuffer>)
      .setBuffer(this.buffer);
  }

  private materialOf(color: Rgb): Material {
    const name = toHexColor(color);
    const known = this.materials.get(name);
    if (known) return known;
    const [r, g, b] = color;
    const material = this.document
      .createMaterial(name)
      .setBaseColorFactor([r, g, b, 1])
      .setMetallicFactor(0.1)
      .setRoughnessFactor(0.55);
    // Open surfaces have a back too.
    material.setDoubleSided(true);
    this.materials.set(name, material);
    return material;
  }
}

/** 65535 itself is the restart mark of 16-bit indices. */
function narrow(indices: Uint32Array, vertices: number): Uint16Array | Uint32Array {
  return vertices < 65535 ? Uint16Array.from(indices) : indices;
}

/** glTF requires unit length; slivers have none, and point up. */
function unitNormals(normals: Float32Array): Float32Array {
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!);
    if (length > 1e-6) for (let axis = 0; axis < 3; axis++) normals[i + axis]! /= length;
    else normals.set([0, 1, 0], i);
  }
  return normals;
}
