/** Of preloaded modules only: what the scenario told them through the service's environment. */
export const TELL_MEMORY_DIRECTORY = 'WINDLASS_SCENARIO_MEMORY_DIRECTORY';
export const LEAK_MB_PER_MINUTE = 'WINDLASS_SCENARIO_LEAK_MB_PER_MINUTE';

export function preloadSetting(name: string): string | undefined {
  return process.env[name];
}
