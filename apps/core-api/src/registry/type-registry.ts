import { createHash } from 'node:crypto';
import type { Runtime } from '@windlass/clock';
import { compileSchema, type TypeDeclaration } from '@windlass/contracts';
import { JobTypeEntity, type Sources } from '@windlass/store';
import type { ValidateFunction } from 'ajv';
import { canonicalJson } from './canonical-json.js';

export interface KnownType {
  declaration: TypeDeclaration;
  validatePayload: ValidateFunction;
  validateResult: ValidateFunction;
}

/** A new version announced through another core is seen within this long. */
const FRESH_MS = 2_000;
/** An unknown name asks the database again, but a flood of them only this often. */
const MISS_MS = 250;

/** The job types that workers have announced (decision 13), with their schemas compiled. The table is the truth, this a copy. */
export class TypeRegistry {
  private versions = new Map<string, Map<number, KnownType>>();
  private hashes = new Map<string, string>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly sources: Sources,
    private readonly runtime: Runtime,
  ) {}

  /** The newest version of a type, or undefined. */
  async newest(name: string): Promise<KnownType | undefined> {
    const ageMs = this.runtime.monotonicMs() - this.readAtMs;
    const known = this.newestKnown(name);
    if (known && ageMs < FRESH_MS) return known;
    if (!known && ageMs < MISS_MS) return undefined;
    // A known type is served from the copy while it is read again: submissions do not wait for it.
    const reading = this.refresh();
    if (known) {
      void reading.catch(() => {});
      return known;
    }
    await reading;
    return this.newestKnown(name);
  }

  of(name: string, version: number): KnownType | undefined {
    return this.versions.get(name)?.get(version);
  }

  newestKnown(name: string): KnownType | undefined {
    let newest: KnownType | undefined;
    for (const known of this.versions.get(name)?.values() ?? []) {
      if (!newest || known.declaration.version > newest.declaration.version) newest = known;
    }
    return newest;
  }

  isTiny(name: string): boolean {
    return this.newestKnown(name)?.declaration.weight === 'tiny';
  }

  names(): string[] {
    return [...this.versions.keys()].sort();
  }

  all(): TypeDeclaration[] {
    return [...this.versions.values()].flatMap((versions) => [...versions.values()].map((known) => known.declaration));
  }

  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /**
   * Enters a declaration. Answers why it was refused: schemas that do not compile, or other schemas under the same name and
   * version. Limits and retries may change within a version; jobs under way keep theirs.
   */
  async announce(declaration: TypeDeclaration): Promise<string | undefined> {
    try {
      compileSchema(declaration.payloadSchema);
      compileSchema(declaration.resultSchema);
    } catch (error) {
      return `a schema does not compile: ${(error as Error).message}`;
    }
    const { name, version } = declaration;
    const hash = schemaHash(declaration);
    const rows: unknown[] = await this.sources.engine.query(
      `insert into job_types as t (name, version, declaration, schema_hash, announced_at)
       values ($1, $2, $3, $4, windlass_now())
       on conflict (name, version) do update set declaration = excluded.declaration, announced_at = excluded.announced_at
         where t.schema_hash = excluded.schema_hash
       returning name`,
      [name, version, JSON.stringify(declaration), hash],
    );
    if (rows.length > 0) return undefined;
    return `version ${version} is known with other schemas. Raise the version when payload or result change.`;
  }

  private async read(): Promise<void> {
    const rows = await this.sources.engine.getRepository(JobTypeEntity).find({ take: 10_000 });
    for (const row of rows) this.keep(row);
    this.readAtMs = this.runtime.monotonicMs();
  }

  private keep({ name, version, declaration, schemaHash: hash }: JobTypeEntity): void {
    const versions = this.versions.get(name) ?? new Map<number, KnownType>();
    this.versions.set(name, versions);
    const known = versions.get(version);
    const key = `${name}\n${version}`;
    if (known && this.hashes.get(key) === hash) known.declaration = declaration;
    else {
      this.hashes.set(key, hash);
      versions.set(version, {
        declaration,
        validatePayload: compileSchema(declaration.payloadSchema),
        validateResult: compileSchema(declaration.resultSchema),
      });
    }
  }
}

/** Equal for equal schemas, whatever the order of their keys. */
function schemaHash(declaration: TypeDeclaration): string {
  const text = canonicalJson([declaration.payloadSchema, declaration.resultSchema]);
  return createHash('sha256').update(text).digest('hex');
}
