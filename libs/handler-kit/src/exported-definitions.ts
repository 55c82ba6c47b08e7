/**
 * What a handler module offers: its default export, one definition or an array of them. Looks through the extra
 * `default` that a compiler leaves when it turns ESM into CommonJS.
 */
export function exportedDefinitions(module: object): unknown[] {
  let exported: unknown = (module as { default?: unknown }).default;
  if (typeof exported === 'object' && exported !== null && '__esModule' in exported && 'default' in exported) {
    exported = exported.default;
  }
  if (exported === undefined) return [];
  return Array.isArray(exported) ? exported : [exported];
}
