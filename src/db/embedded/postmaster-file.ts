import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** "ready" when it takes connections; else "starting", "stopping" or "standby". */
  readonly status: string;
}

/**
 * Reads who serves this cluster from the file that PostgreSQL keeps there. The file outlives a crash and its process
 * id may since belong to something else, so the process's command line must name this cluster.
 */
export function findRunningServer(cluster: string): RunningServer | undefined {
  const lines = readPostmasterFile(cluster)?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0 || !isServerOf(pid, cluster)) return undefined;
  // PostgreSQL writes the status into the eighth line last of all; until then the server is starting.
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() || 'starting' };
}

/** The process that a leftover file names although it is no server of this cluster; undefined when all is well. */
export function findStranger(cluster: string): number | undefined {
  const pid = Number(readPostmasterFile(cluster)?.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && !isServerOf(pid, cluster) ? pid : undefined;
}

export function postmasterFile(cluster: string): string {
  return path.join(cluster, 'postmaster.pid');
}

export function readPostmasterFile(cluster: string): string | undefined {
  try {
    return readFileSync(postmasterFile(cluster), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The guard's command line names the cluster as well, but does not begin with the server's program. */
export function isServerOf(pid: number, cluster: string): boolean {
  const [program = '', rest = ''] = commandLine(pid).replaceAll('\0', ' ').split(' -D ', 2);
  return /^[^\n]*\/postgres$/.test(program) && rest.startsWith(`${cluster} `);
}

/** Empty for a process that is gone, and for one that is dead but not yet collected by its parent. */
function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
