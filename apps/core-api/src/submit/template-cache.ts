import type { SubmitItem, TypeDeclaration } from '@windlass/contracts';
import type { JobTemplate } from '@windlass/store';

/** Tenants × types × queues seen lately; dropped as a whole when full, since making one is cheap. */
const MAX_TEMPLATES = 10_000;
/** `normal`. */
const DEFAULT_PRIORITY = 3;

/** Shares one template object among jobs without options of their own, so that a flush sends it once. */
export class TemplateCache {
  private readonly templates = new Map<string, { declaration: TypeDeclaration; template: JobTemplate }>();

  of(item: SubmitItem, declaration: TypeDeclaration): JobTemplate {
    const own =
      item.tags?.length ||
      item.maxAttempts !== undefined ||
      item.backoff ||
      item.softMs !== undefined ||
      item.hardMs !== undefined;
    if (own) return templateOf(item, declaration);
    const key = `${item.tenantId}\n${item.type}\n${item.queue ?? ''}\n${item.priority ?? ''}\n${item.retention ?? ''}`;
    const known = this.templates.get(key);
    if (known?.declaration === declaration) return known.template;
    if (this.templates.size >= MAX_TEMPLATES) this.templates.clear();
    const template = templateOf(item, declaration);
    this.templates.set(key, { declaration, template });
    return template;
  }
}

function templateOf(item: SubmitItem, declaration: TypeDeclaration): JobTemplate {
  const hardMs = item.hardMs ?? declaration.hardMs;
  return {
    tenantId: item.tenantId,
    type: declaration.name,
    typeVersion: declaration.version,
    queue: item.queue ?? declaration.name,
    priority: item.priority ?? DEFAULT_PRIORITY,
    maxAttempts: item.maxAttempts ?? declaration.maxAttempts,
    // A hard limit below the type's soft limit moves the soft one down with it.
    softMs: item.softMs ?? Math.min(declaration.softMs, Math.max(1, Math.floor(hardMs * 0.9))),
    hardMs,
    backoff: item.backoff ?? declaration.backoff,
    retryTimeout: declaration.retryTimeout,
    tags: item.tags ?? [],
    retention: item.retention ?? 'standard',
  };
}
