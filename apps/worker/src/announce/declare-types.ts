import type { TypeDeclaration, WorkerPresence } from '@windlass/contracts';
import type { WorkerType } from './choose-job-types.js';

/** The types as core's registry keeps them. */
export function declareTypes(types: readonly WorkerType[]): TypeDeclaration[] {
  return types.flatMap(({ versions }) =>
    versions.map(({ handler: { definition }, resolved }) => ({
      name: resolved.name,
      version: resolved.version,
      payloadSchema: { ...definition.payload },
      resultSchema: { ...definition.result },
      softMs: resolved.softMs,
      hardMs: resolved.hardMs,
      maxAttempts: resolved.maxAttempts,
      backoff: resolved.backoff,
      retryTimeout: resolved.onTimeout,
      weight: resolved.weight,
      tools: [...resolved.tools],
      ...(resolved.memoryMb === undefined ? {} : { memoryMb: resolved.memoryMb }),
    })),
  );
}

/** How full a type is. All versions share the slots, and core adds rows up: so the first row carries them. */
export function presenceOf(
  type: string,
  versions: readonly number[],
  slots: number,
  busy: number,
): WorkerPresence['types'] {
  return versions.map((version, index) => ({
    type,
    version,
    slots: index === 0 ? slots : 0,
    busy: index === 0 ? busy : 0,
  }));
}
