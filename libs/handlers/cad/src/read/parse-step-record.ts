export interface StepRef {
  ref: number;
}
/** A number, a text or an `.ENUM.`, a reference, a list, or a typed value such as `LENGTH_MEASURE(25.4)`. */
export type StepValue = null | number | string | StepRef | StepValue[] | StepEntity;

export interface StepEntity {
  keyword: string;
  args: StepValue[];
}

/**
 * Parses one record, already bounded in depth by the scan. A simple record gives one entity, a complex one `(A(…)B(…))` several.
 * What cannot be read gives an empty list: a damaged record costs its place in the tree, not the conversion.
 */
export function parseStepRecord(text: string): StepEntity[] {
  const tokens = new Tokens(text);
  try {
    if (!tokens.tryTake('(')) return [tokens.entity()];
    const entities: StepEntity[] = [];
    while (!tokens.tryTake(')')) entities.push(tokens.entity());
    return entities;
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

const TOKEN =
  /\s*(?:\/\*[\s\S]*?\*\/\s*)*(?:([(),$*])|#(\d+)|'((?:[^']|'')*)'|(\.[A-Za-z0-9_]+\.)|([-+]?\d[-+\d.Ee]*)|([A-Z][A-Z0-9_]*)|("[0-9A-F]*"))/y;

class Tokens {
  private at = 0;
  constructor(private readonly text: string) {}

  entity(): StepEntity {
    const keyword = this.next()[6];
    if (!keyword || !this.tryTake('(')) throw new SyntaxError('entity expected');
    return { keyword, args: this.list() };
  }

  tryTake(mark: string): boolean {
    const before = this.at;
    if (this.next()[1] === mark) return true;
    this.at = before;
    return false;
  }

  private next(): RegExpExecArray {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (!match) throw new SyntaxError('token expected');
    this.at = TOKEN.lastIndex;
    return match;
  }

  private list(): StepValue[] {
    const values: StepValue[] = [];
    if (this.tryTake(')')) return values;
    for (;;) {
      values.push(this.value());
      if (this.tryTake(')')) return values;
      if (!this.tryTake(',')) throw new SyntaxError('comma expected');
    }
  }

  private value(): StepValue {
    const [, mark, reference, quoted, enumeration, number, keyword] = this.next();
    if (mark === '(') return this.list();
    if (mark === '$' || mark === '*') return null;
    if (reference !== undefined) return { ref: Number(reference) };
    if (quoted !== undefined) return decodeStepText(quoted);
    if (enumeration !== undefined) return enumeration;
    if (number !== undefined) return Number(number);
    if (keyword !== undefined && this.tryTake('(')) return { keyword, args: this.list() };
    if (mark !== undefined || keyword !== undefined) throw new SyntaxError('value expected');
    return null;
  }
}

/** ISO 10303-21 strings: doubled quotes, `\X2\…\X0\` and `\X\hh` codes; and raw UTF-8, which many writers use against the standard. */
export function decodeStepText(latin1: string): string {
  const unquoted = latin1.replaceAll("''", "'");
  const coded = unquoted
    .replace(/\\X2\\((?:[0-9A-F]{4})+)\\X0\\/g, (_, hex: string) => fromHex(hex, 4))
    .replace(/\\X4\\((?:[0-9A-F]{8})+)\\X0\\/g, (_, hex: string) => fromHex(hex, 8))
    .replace(/\\X\\([0-9A-F]{2})/g, (_, hex: string) => fromHex(hex, 2))
    .replace(/\\S\\(.)/g, (_, char: string) => String.fromCharCode(char.charCodeAt(0) + 128))
    .replaceAll('\\\\', '\\');
  if (coded !== unquoted || !/[\u0080-\u00ff]/.test(coded)) return coded;
  const asUtf8 = Buffer.from(coded, 'latin1').toString('utf8');
  return asUtf8.includes('\ufffd') ? coded : asUtf8;
}

function fromHex(hex: string, digits: number): string {
  let text = '';
  for (let i = 0; i < hex.length; i += digits) {
    const code = Number.parseInt(hex.slice(i, i + digits), 16);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text;
}
