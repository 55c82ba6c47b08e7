/** What such a number needs in JSON text: an exponent of three digits, or so many digits that one of two digits will do. */
const MAY_OVERFLOW = /e\+?\d{3}|(?<!\d)\d{200}/i;

interface Place {
  value: object;
  name: string;
  parent?: Place;
}

/**
 * JSON pointer of a number beyond the range of a double, which `JSON.parse` makes an infinity: it fits a schema, but no handler could
 * be given it. Undefined for nearly all texts after one look; a hostile nesting costs no stack.
 * @param text what `value` was parsed from
 */
export function findOverflow(text: string, value: unknown): string | undefined {
  if (!MAY_OVERFLOW.test(text)) return undefined;
  const open: Place[] = [{ value: [value], name: '' }];
  for (let place = open.pop(); place; place = open.pop()) {
    for (const [name, inner] of Object.entries(place.value)) {
      if (typeof inner === 'number' && !Number.isFinite(inner))
        return pointerOf({ value: place.value, name, parent: place });
      if (typeof inner === 'object' && inner !== null) open.push({ value: inner, name, parent: place });
    }
  }
  return undefined;
}

/** The outermost two are the box around the value and its place in it. */
function pointerOf(found: Place): string {
  const names: string[] = [];
  for (let place = found; place.parent?.parent; place = place.parent)
    names.push(place.name.replaceAll('~', '~0').replaceAll('/', '~1'));
  return names
    .reverse()
    .map((name) => `/${name}`)
    .join('');
}
