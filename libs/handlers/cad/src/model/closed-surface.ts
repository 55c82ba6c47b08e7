/**
 * Whether every edge is used as often in one direction as in the other. Vertices of neighbouring faces are separate but equal to the bit, since the mesher
 * takes them from the one edge; so they are joined by their bits, without a tolerance. Linear, in flat arrays.
 */
export function isClosedSurface(positions: Float32Array, triangles: Uint32Array): boolean {
  const joined = joinVertices(positions);
  const vertices = positions.length / 3;
  const edges = new EdgeBalance(triangles.length);
  for (let i = 0; i < triangles.length; i += 3) {
    const a = joined[triangles[i]!]!;
    const b = joined[triangles[i + 1]!]!;
    const c = joined[triangles[i + 2]!]!;
    if (a === b || b === c || c === a) continue;
    edges.use(a, b, vertices);
    edges.use(b, c, vertices);
    edges.use(c, a, vertices);
  }
  return edges.isBalanced();
}

function joinVertices(positions: Float32Array): Uint32Array {
  const clean = positions.map((value) => value + 0); // -0 and 0 have different bits
  const bits = new Uint32Array(clean.buffer, clean.byteOffset, clean.length);
  const count = positions.length / 3;
  const mask = tableSize(count) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const joined = new Uint32Array(count);
  for (let vertex = 0; vertex < count; vertex++) {
    const x = bits[vertex * 3]!;
    const y = bits[vertex * 3 + 1]!;
    const z = bits[vertex * 3 + 2]!;
    let slot = mix(Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(z, 83492791)) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const other = table[slot]!;
      if (other < 0) {
        table[slot] = vertex;
        joined[vertex] = vertex;
        break;
      }
      if (bits[other * 3] === x && bits[other * 3 + 1] === y && bits[other * 3 + 2] === z) {
        joined[vertex] = other;
        break;
      }
    }
  }
  return joined;
}

/** Counts each edge up in one direction and down in the other. */
class EdgeBalance {
  private readonly mask: number;
  private readonly keys: Float64Array;
  private readonly balance: Int32Array;

  constructor(edges: number) {
    const size = tableSize(edges);
    this.mask = size - 1;
    this.keys = new Float64Array(size).fill(-1);
    this.balance = new Int32Array(size);
  }

  use(from: number, to: number, vertices: number): void {
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    const key = low * vertices + high;
    let slot = mix(Math.imul(low, 73856093) ^ Math.imul(high, 19349663)) & this.mask;
    while (this.keys[slot] !== key && this.keys[slot] !== -1) slot = (slot + 1) & this.mask;
    this.keys[slot] = key;
    this.balance[slot]! += from === low ? 1 : -1;
  }

  isBalanced(): boolean {
    return this.balance.every((count) => count === 0);
  }
}

/** The low bits pick the slot; the finaliser of MurmurHash3 brings the high ones down. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A power of two, at most half full. */
function tableSize(entries: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(8, entries * 2)));
}
