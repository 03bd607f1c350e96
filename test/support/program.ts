import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps servers, which is not on everybody's PATH. */
const serverFolders = ['/usr/sbin', '/sbin'];

/** Where a program is; undefined if this machine has none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...serverFolders];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** Where a program is that tests cannot do without. `debianPackage` brings it. */
export function needProgram(name: string, debianPackage: string, tests: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    throw new Error(`${tests} needs ${name}, which is not on the PATH. On Debian: apt-get install ${debianPackage}`);
  }
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
