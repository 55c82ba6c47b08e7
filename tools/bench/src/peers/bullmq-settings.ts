export const QUEUE = 'hash';

export interface RedisSettings {
  url: string;
}
