// IGES 5.3, fixed 80-column form: a block as six bilinear B-spline surfaces (entity 128), each the boundary of its own domain.

const card = (body, letter, number) => `${body.padEnd(72)}${letter}${String(number).padStart(7)}`;
const hollerith = (value) => `${value.length}H${value}`;
const real = (value) => (Number.isInteger(value) ? `${value}.` : String(value));

/** Entity 128: degree 1 × 1, four poles; corners in the order (u0,v0) (u1,v0) (u0,v1) (u1,v1). */
function bilinearSurface(corners) {
  const knots = ['0.', '0.', '1.', '1.'];
  const poles = corners.flat().map(real);
  return [
    '128',
    '1',
    '1',
    '1',
    '1',
    '0',
    '0',
    '1',
    '0',
    '0',
    ...knots,
    ...knots,
    '1.',
    '1.',
    '1.',
    '1.',
    ...poles,
    '0.',
    '1.',
    '0.',
    '1.',
  ];
}

/** Each face's corners wound so that its normal points outwards. */
function blockFaces([x, y, z]) {
  const c = (i, j, k) => [i * x, j * y, k * z];
  return [
    [c(0, 0, 0), c(0, 1, 0), c(1, 0, 0), c(1, 1, 0)],
    [c(0, 0, 1), c(1, 0, 1), c(0, 1, 1), c(1, 1, 1)],
    [c(0, 0, 0), c(1, 0, 0), c(0, 0, 1), c(1, 0, 1)],
    [c(0, 1, 0), c(0, 1, 1), c(1, 1, 0), c(1, 1, 1)],
    [c(0, 0, 0), c(0, 0, 1), c(0, 1, 0), c(0, 1, 1)],
    [c(1, 0, 0), c(1, 1, 0), c(1, 0, 1), c(1, 1, 1)],
  ];
}

function wrap(fields, width) {
  const lines = [''];
  fields.forEach((field, i) => {
    const part = field + (i === fields.length - 1 ? ';' : ',');
    if (lines.at(-1).length + part.length > width) lines.push('');
    lines[lines.length - 1] += part;
  });
  return lines;
}

/** @param size [x, y, z] in inches */
export function writeIgesBlock(size) {
  const start = [card('A block of six B-spline surfaces, in inches.', 'S', 1)];
  const globals = [
    '1H,',
    '1H;',
    hollerith('block'),
    hollerith('block.iges'),
    hollerith('windlass'),
    hollerith('1'),
    '32',
    '38',
    '6',
    '308',
    '15',
  ];
  globals.push(
    hollerith('block'),
    '1.',
    '1',
    hollerith('IN'),
    '1',
    '0.01',
    hollerith('20260101.000000'),
    '1E-06',
    real(Math.max(...size)),
  );
  globals.push('', '', '11', '0', hollerith('20260101.000000'));
  const global = wrap(globals, 72).map((line, i) => card(line, 'G', i + 1));
  const directory = [];
  const parameters = [];
  for (const face of blockFaces(size)) {
    const pointer = directory.length + 1;
    const lines = wrap(bilinearSurface(face), 64);
    const column = (...values) => values.map((value) => String(value).padStart(8)).join('');
    directory.push(card(column(128, parameters.length + 1, 0, 0, 0, 0, 0, 0, '00000000'), 'D', pointer));
    directory.push(card(column(128, 0, 0, lines.length, 0, '', '', '', 0), 'D', pointer + 1));
    for (const line of lines)
      parameters.push(card(line.padEnd(64) + String(pointer).padStart(8), 'P', parameters.length + 1));
  }
  const count = (letter, lines) => letter + String(lines.length).padStart(7);
  const end = card(count('S', start) + count('G', global) + count('D', directory) + count('P', parameters), 'T', 1);
  return `${[...start, ...global, ...directory, ...parameters, end].join('\n')}\n`;
}
