import { type Calls, pathTo } from './calls.js';
import type { ApiKey, CreateApiKeyRequest, CreatedApiKey } from './types/access.js';
import type { Items } from './types/read.js';

/** API keys of the tenant. Scope `keys:admin`. */
export class KeyCalls {
  constructor(private readonly calls: Calls) {}

  create(request: CreateApiKeyRequest): Promise<CreatedApiKey> {
    return this.calls.json({ method: 'POST', path: pathTo('api-keys'), json: request, repeatable: false });
  }

  async list(): Promise<ApiKey[]> {
    return (await this.calls.read<Items<ApiKey>>(pathTo('api-keys'))).items;
  }

  async revoke(id: string): Promise<void> {
    await this.calls.send({ method: 'DELETE', path: pathTo('api-keys', id), repeatable: true });
  }
}
