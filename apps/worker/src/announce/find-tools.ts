import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which of these programs are not on the search path. */
export function missingTools(tools: readonly string[], searchPath: string): string[] {
  const directories = searchPath.split(delimiter).filter((directory) => directory !== '');
  return tools.filter((tool) => !directories.some((directory) => isProgram(join(directory, tool))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
