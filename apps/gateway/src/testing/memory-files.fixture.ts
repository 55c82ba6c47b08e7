import { systemRuntime } from '@windlass/clock';
import {
  beginFile,
  createKey,
  createKeyReply,
  dropFile,
  fileReply,
  finishFile,
  listKeys,
  listKeysReply,
  readFile,
  revokeKey,
  revokeKeyReply,
  verifyKey,
  verifyKeyReply,
} from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { MemoryState } from './memory-state.fixture.js';

export function answerFiles(core: MemoryState): void {
  const find = (tenantId: string, id: string) => {
    const file = core.files.get(id);
    if (!file || file.tenantId !== tenantId) throw fault('files.unknown');
    return file;
  };
  core.on(beginFile, fileReply, ({ tenantId, ...file }) => {
    const view = {
      size: 0,
      sha256: '',
      ...file,
      tenantId,
      etag: '',
      state: 'pending' as const,
      createdAt: systemRuntime.now(),
    };
    core.files.set(file.id, view);
    return view;
  });
  core.on(finishFile, fileReply, ({ tenantId, id, ...stored }) =>
    Object.assign(find(tenantId, id), stored, { state: 'stored' as const }),
  );
  core.on(readFile, fileReply, ({ tenantId, id }) => find(tenantId, id));
  core.on(dropFile, fileReply, ({ tenantId, id }) => {
    const file = find(tenantId, id);
    if (file.state === 'stored') throw fault('files.unknown');
    core.files.delete(id);
    return file;
  });
}

export function answerKeys(core: MemoryState): void {
  core.on(createKey, createKeyReply, ({ createdBy: _by, ...key }) => {
    const view = { id: systemRuntime.uuid(), createdAt: systemRuntime.now(), ...key };
    core.keys.set(view.id, view);
    return view;
  });
  core.on(listKeys, listKeysReply, ({ tenantId }) => ({
    items: [...core.keys.values()].filter((key) => key.tenantId === tenantId),
  }));
  core.on(revokeKey, revokeKeyReply, ({ tenantId, id }) => {
    const key = core.keys.get(id);
    if (!key || key.tenantId !== tenantId) throw fault('keys.unknown');
    key.revokedAt = systemRuntime.now();
    return key;
  });
  core.on(verifyKey, verifyKeyReply, ({ secretHash }) => {
    const key = [...core.keys.values()].find((each) => each.secretHash === secretHash && each.revokedAt === undefined);
    if (!key) throw fault('auth.token-invalid');
    return key;
  });
}
