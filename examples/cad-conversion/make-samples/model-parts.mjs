// The parts, in millimetres, each in its own coordinates.
import { draw, drawCircle, drawPolysides, drawRoundedRectangle, makeCylinder } from 'replicad';

const HOLE_RADIUS_MM = 5.5;
export const PLATE_THICKNESS_MM = 10;
export const BRACKET_THICKNESS_MM = 8;
/** Where the two fasteners sit on a bracket, along its Y. */
export const FASTENER_OFFSETS_MM = [-18, 18];
/** Where the two bracket assemblies sit on the plate, along its X. */
export const BRACKET_OFFSET_MM = 45;

const hole = (x, y, z, height) => makeCylinder(HOLE_RADIUS_MM, height, [x, y, z], [0, 0, 1]);

export function makePlate() {
  let plate = drawRoundedRectangle(170, 100, 12).sketchOnPlane('XY').extrude(PLATE_THICKNESS_MM);
  for (const x of [-BRACKET_OFFSET_MM, BRACKET_OFFSET_MM]) {
    for (const y of FASTENER_OFFSETS_MM) plate = plate.cut(hole(x, y, -1, PLATE_THICKNESS_MM + 2));
  }
  plate = plate.cut(makeCylinder(16, PLATE_THICKNESS_MM + 2, [0, 0, -1], [0, 0, 1]));
  return plate.chamfer(1, (edge) => edge.inPlane('XY', PLATE_THICKNESS_MM));
}

export function makeBracket() {
  const t = BRACKET_THICKNESS_MM;
  const profile = draw([-25, 0])
    .lineTo([25, 0])
    .lineTo([25, t])
    .lineTo([-25 + t, t])
    .lineTo([-25 + t, 58])
    .lineTo([-25, 58])
    .close();
  let bracket = profile.sketchOnPlane('XZ', -30).extrude(60);
  bracket = bracket.fillet(9, (edge) => edge.inDirection('Y').containsPoint([-25 + t, 0, t]));
  bracket = bracket.fillet(14, (edge) => edge.inDirection('X').inPlane('XY', 58));
  for (const y of FASTENER_OFFSETS_MM) bracket = bracket.cut(hole(0, y, -1, t + 2));
  return bracket.cut(makeCylinder(11, t + 2, [-26, 0, 36], [1, 0, 0]));
}

const hexagon = (acrossFlats) => drawPolysides(acrossFlats / Math.sqrt(3), 6);

/** Origin under the head, shank towards -Z. */
export function makeBolt() {
  const head = hexagon(16).sketchOnPlane('XY').extrude(6.4);
  const shank = makeCylinder(5, 30, [0, 0, -30], [0, 0, 1]).chamfer(1, (edge) => edge.inPlane('XY', -30));
  return head.fuse(shank);
}

/** Origin on the upper face, body towards -Z. */
export function makeNut() {
  return hexagon(16).cut(drawCircle(5)).sketchOnPlane('XY', -8).extrude(8);
}

export function makeFlange() {
  const profile = draw([12, 0])
    .lineTo([50, 0])
    .lineTo([50, 10])
    .lineTo([24, 10])
    .lineTo([19, 45])
    .lineTo([12, 45])
    .close();
  let flange = profile.sketchOnPlane('XZ').revolve([0, 0, 1]);
  for (let i = 0; i < 6; i++) {
    const angle = (i * Math.PI) / 3;
    flange = flange.cut(hole(38 * Math.cos(angle), 38 * Math.sin(angle), -1, 12));
  }
  return flange;
}
