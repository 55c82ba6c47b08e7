import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-characters.js';
import { endOfString, isKey, skipSpace, trimmedEnd } from './scan-json.js';

export interface BatchShape {
  /** Member of the outermost object that is the list. */
  list: string;
  /** Member of each item whose source text is wanted. */
  member: string;
  maxDepth: number;
  maxItems: number;
  /** Members of objects and lists outside of the wanted members' values, all levels together. */
  maxMembers: number;
}

export interface ScannedBatch {
  /** What the text has too much of: scanning stopped there. */
  beyond: 'depth' | 'items' | 'members' | undefined;
  /** By index in the list: the wanted member's value as it was written; undefined where an item has none. */
  texts: (string | undefined)[];
}

/** Depth of the outermost object's members, of the list's items, of the items' members. */
const OUTER = 1;
const LIST = 2;
const ITEM = 3;

/**
 * The same as `scanJson` for each object in a list: `{"jobs":[{"payload": …}, …]}`. One pass, linear, and meant to run before the
 * text is parsed: what is too deep, too long or has too many members is found at the cost of looking at it. Of a member that
 * occurs twice the last one counts, of the list as well. On text that is not JSON the answer is meaningless, but comes as fast.
 */
export function scanBatch(text: string, shape: BatchShape): ScannedBatch {
  return new BatchScan(text, shape).run();
}

class BatchScan {
  private depth = 0;
  private members = 0;
  private texts: (string | undefined)[] = [];
  private index = 0;
  /** The value that comes next, or the one we are in, is the list. */
  private listFollows = false;
  private inList = false;
  private inItem = false;
  private keyMayFollow = false;
  private tooDeep = false;

  constructor(
    private readonly text: string,
    private readonly shape: BatchShape,
  ) {}

  run(): ScannedBatch {
    const { text } = this;
    for (let at = 0; at < text.length; at += 1) {
      const char = text.charCodeAt(at);
      if (char === QUOTE) at = this.string(at);
      else if (char === OPEN_BRACE || char === OPEN_BRACKET) this.open(char);
      else if (char === COMMA) this.comma();
      else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) this.close();
      else continue;
      const beyond = this.beyond();
      if (beyond) return { beyond, texts: [] };
    }
    return { beyond: undefined, texts: this.texts };
  }

  /** Answers the index of the last character that is dealt with: of the string, or of the wanted value behind it. */
  private string(at: number): number {
    const end = endOfString(this.text, at);
    if (!this.keyMayFollow) return end;
    this.keyMayFollow = false;
    const colon = skipSpace(this.text, end + 1);
    if (this.text.charCodeAt(colon) !== COLON) return end;
    if (this.depth === ITEM) return isKey(this.text, at, end, this.shape.member) ? this.value(colon + 1) : end;
    this.listFollows = isKey(this.text, at, end, this.shape.list);
    return end;
  }

  private value(afterColon: number): number {
    const start = skipSpace(this.text, afterColon);
    const end = endOfValue(this.text, start, this.shape.maxDepth - this.depth);
    if (end === undefined) {
      this.tooDeep = true;
      return this.text.length;
    }
    this.texts[this.index] = this.text.slice(start, trimmedEnd(this.text, end));
    return end - 1;
  }

  private open(char: number): void {
    this.depth += 1;
    this.members += 1;
    if (this.depth === LIST && this.listFollows) {
      // Of two lists the last one counts.
      this.texts = [];
      this.index = 0;
      this.inList = char === OPEN_BRACKET;
    }
    if (this.depth === ITEM && this.inList) {
      this.inItem = char === OPEN_BRACE;
      this.texts[this.index] = undefined;
    }
    this.keyMayFollow = char === OPEN_BRACE && (this.depth === OUTER || (this.depth === ITEM && this.inItem));
  }

  private comma(): void {
    this.members += 1;
    if (this.depth === LIST && this.inList) this.index += 1;
    if (this.depth === OUTER) this.listFollows = false;
    this.keyMayFollow = this.depth === OUTER || (this.depth === ITEM && this.inItem);
  }

  private close(): void {
    this.keyMayFollow = false;
    if (this.depth === ITEM) this.inItem = false;
    if (this.depth === LIST) this.inList = false;
    this.depth -= 1;
  }

  private beyond(): ScannedBatch['beyond'] {
    if (this.tooDeep || this.depth > this.shape.maxDepth) return 'depth';
    if (this.index >= this.shape.maxItems) return 'items';
    return this.members > this.shape.maxMembers ? 'members' : undefined;
  }
}

/** Index of the comma or bracket behind a value; undefined when it nests deeper than `levels`. */
function endOfValue(text: string, start: number, levels: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1;
      if (depth > levels) return undefined;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      if (depth === 0) return at;
      depth -= 1;
    } else if (char === COMMA && depth === 0) return at;
  }
  return text.length;
}
