import type { ManualRuntime } from '@windlass/clock';

/** JSON text with random spacing, escaping and duplicate keys. */
export function randomObject(runtime: ManualRuntime, depth: number, names: string[]): string {
  const count = Math.floor(runtime.random() * 5);
  const members = Array.from({ length: count }, () => {
    const name = pick(runtime, names);
    return `${space(runtime)}${randomString(runtime, name)}${space(runtime)}:${space(runtime)}${randomValue(runtime, depth + 1, names)}${space(runtime)}`;
  });
  return `${space(runtime)}{${members.join(',') || space(runtime)}}${space(runtime)}`;
}

function randomValue(runtime: ManualRuntime, depth: number, names: string[]): string {
  const kind = Math.floor(runtime.random() * (depth > 4 ? 4 : 6));
  if (kind === 0) return pick(runtime, ['1', '-0.5e3', 'true', 'null', '12345678901234567890']);
  if (kind < 4)
    return randomString(runtime, pick(runtime, ['', 'payload', '{"payload":1}', '\\', '"', '🐎', ']}', ',']));
  if (kind === 4) return randomObject(runtime, depth, names).trim();
  const items = Array.from({ length: Math.floor(runtime.random() * 4) }, () => randomValue(runtime, depth + 1, names));
  return `[${items.join(`${space(runtime)},${space(runtime)}`)}]`;
}

function randomString(runtime: ManualRuntime, text: string): string {
  const written = Array.from({ length: text.length }, (_, index) => {
    if (runtime.random() < 0.2) return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
    const char = text[index] ?? '';
    return char === '"' || char === '\\' ? `\\${char}` : char;
  });
  return `"${written.join('')}"`;
}

function space(runtime: ManualRuntime): string {
  return pick(runtime, ['', '', ' ', '\n', '\t', ' \r\n ']);
}

function pick<T>(runtime: ManualRuntime, from: T[]): T {
  return from[Math.floor(runtime.random() * from.length)] as T;
}
