/** A fenced block of a guide. `line` is that of its first content line, from 1. */
export interface Block {
  line: number;
  lines: string[];
}

export interface Snippet {
  sh: Block;
  /** What the snippet has to print; without one only its success counts. */
  expected?: Block;
}

export interface Guide {
  /** File name, such as `cancel.md`. */
  name: string;
  lineCount: number;
  snippets: Snippet[];
  /** Modules that the guide shows: ```js handler, with their file name in a comment on the first line. */
  handlers: { file: string; source: string }[];
}

const FENCE = /^```(.*)$/;
const FILE_COMMENT = /^\/\/ (?:\S+\/)?([\w.-]+\.mjs)$/;

/**
 * Takes a guide apart. A ```text block holds the output of the ```sh block before it.
 * @throws Error that names guide and line, when a block is not closed or cannot be tested
 */
export function parseGuide(name: string, markdown: string): Guide {
  const lines = markdown.split('\n');
  const guide: Guide = { name, lineCount: lines.length - 1, snippets: [], handlers: [] };
  let previous = '';
  for (const { info, ...block } of fencedBlocks(name, lines)) {
    if (info === 'sh') guide.snippets.push({ sh: block });
    if (info === 'js handler') guide.handlers.push(handlerOf(name, block));
    if (info === 'text') {
      const snippet = guide.snippets.at(-1);
      if (previous !== 'sh' || !snippet) throw new Error(`${name}:${block.line}: output of which snippet?`);
      snippet.expected = block;
    }
    previous = info;
  }
  return guide;
}

function fencedBlocks(name: string, lines: string[]): (Block & { info: string })[] {
  const blocks: (Block & { info: string })[] = [];
  let open: (Block & { info: string }) | undefined;
  lines.forEach((line, index) => {
    const info = FENCE.exec(line)?.[1];
    if (info === undefined) open?.lines.push(line);
    else if (open) {
      blocks.push(open);
      open = undefined;
    } else open = { info, line: index + 2, lines: [] };
  });
  if (open) throw new Error(`${name}:${open.line - 1}: this block is not closed`);
  return blocks;
}

function handlerOf(name: string, block: Block): { file: string; source: string } {
  const file = FILE_COMMENT.exec(block.lines[0] ?? '')?.[1];
  if (file === undefined) throw new Error(`${name}:${block.line}: a handler starts with the comment "// FILE.mjs"`);
  return { file, source: `${block.lines.join('\n')}\n` };
}
