import { type Rgb, toSrgbByte } from '../model/cad-mesh.js';

/** Background in linear light, top to bottom: near white to a light cool grey. */
const SKY: Rgb = [0.95, 0.96, 0.975];
const FLOOR: Rgb = [0.76, 0.785, 0.82];
/** Directions in view coordinates (right, up, towards the eye), of unit length. */
const KEY_LIGHT: Rgb = [-0.4, 0.76, 0.51];
const FILL_LIGHT: Rgb = [0.86, 0.16, 0.48];
/** Half-way between key light and eye, for the highlight. */
const HALF: Rgb = [-0.23, 0.437, 0.87];

/** Square of samples in linear light with a depth each. */
export class Canvas {
  readonly depth: Float32Array;
  private readonly light: Float32Array;

  constructor(readonly size: number) {
    this.depth = new Float32Array(size * size).fill(Number.NEGATIVE_INFINITY);
    this.light = new Float32Array(size * size * 3);
    for (let y = 0; y < size; y++) {
      const share = y / (size - 1);
      for (let i = y * size * 3; i < (y + 1) * size * 3; i++)
        this.light[i] = SKY[i % 3]! * (1 - share) + FLOOR[i % 3]! * share;
    }
  }

  /** Key and fill light over a hemisphere of ambient light, and a soft highlight. Normals may point either way: backs are lit too. */
  shade(sample: number, color: Rgb, nx: number, ny: number, nz: number): void {
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
    const turn = nz < 0 ? -1 / length : 1 / length;
    const x = nx * turn;
    const y = ny * turn;
    const z = nz * turn;
    const key = Math.max(0, KEY_LIGHT[0] * x + KEY_LIGHT[1] * y + KEY_LIGHT[2] * z);
    const fill = Math.max(0, FILL_LIGHT[0] * x + FILL_LIGHT[1] * y + FILL_LIGHT[2] * z);
    const highlight = Math.max(0, HALF[0] * x + HALF[1] * y + HALF[2] * z) ** 40 * 0.1;
    const diffuse = 0.24 + 0.12 * y + 0.66 * key + 0.1 * fill;
    const at = sample * 3;
    for (let channel = 0; channel < 3; channel++) this.light[at + channel] = color[channel]! * diffuse + highlight;
  }

  /** Mean of `samples` × `samples` in linear light, where it belongs, then to sRGB bytes. */
  toRgb(samples: number): Uint8Array {
    const size = this.size / samples;
    const rgb = new Uint8Array(size * size * 3);
    for (let i = 0; i < rgb.length; i++) {
      const channel = i % 3;
      const x = ((i - channel) / 3) % size;
      const y = (i - channel - x * 3) / 3 / size;
      let sum = 0;
      for (let sample = 0; sample < samples * samples; sample++) {
        const row = y * samples + Math.floor(sample / samples);
        sum += this.light[(row * this.size + x * samples + (sample % samples)) * 3 + channel]!;
      }
      rgb[i] = toSrgbByte(sum / (samples * samples));
    }
    return rgb;
  }
}
