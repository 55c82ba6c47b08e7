/** Where and how jobs are submitted to one system. The n-th body is `before + n + after`. */
export interface Target {
  host: string;
  port: number;
  path: string;
  headers: Record<string, string>;
  before: string;
  after: string;
}

/** Everything of a request up to its length. */
export function requestHead({ host, port, path, headers }: Target): string {
  const lines = [`POST ${path} HTTP/1.1`, `host: ${host}:${port}`, 'content-type: application/json'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return `${lines.join('\r\n')}\r\ncontent-length: `;
}
