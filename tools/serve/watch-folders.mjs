import { readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps. */
const SETTLE_MS = 60;

/** Calls `onEdit` once a change in or below one of the folders has settled. By folder, so that replaced files stay watched. */
export function watchFolders(folders, onEdit) {
  /** Path → its watcher, and which folder of that name it is: another branch may bring back a removed one. */
  const watched = new Map();
  let settling;
  for (const folder of folders) follow(folder);

  function onChange(folder) {
    follow(folder);
    clearTimeout(settling);
    settling = setTimeout(onEdit, SETTLE_MS);
  }

  /** Watches the folder and those below it that are not watched yet. */
  function follow(folder) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    const identity = stat?.isDirectory() ? `${stat.ino} ${stat.birthtimeMs}` : undefined;
    const known = watched.get(folder);
    if (known && known.identity !== identity) {
      known.watcher.close();
      watched.delete(folder);
    }
    if (identity === undefined) return;
    if (!watched.has(folder))
      watched.set(folder, { identity, watcher: watch(folder, () => onChange(folder)).on('error', () => undefined) });
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) follow(join(folder, entry.name));
    }
  }
}
