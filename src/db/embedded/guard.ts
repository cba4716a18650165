import { spawn } from 'node:child_process';
import { closeSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { serverEnvironment } from './server-user.ts';
import type { UserCount } from './user-count.ts';

/**
 * The guard is a shell of its own session, so that neither Ctrl-C nor our death reaches it. It starts the server (or
 * looks after one that has lost its guard), and when no process holds the pipe at its standard input any more, it
 * asks the server for a fast shutdown, and after a minute for an immediate one, which loses nothing either.
 *
 * Standard input is read by the shell itself and closed for everything that it starts: whoever inherits the reading
 * end looks like a guard. The reader ignores the signals that a service manager sends to everybody, because the
 * server must outlast the draining of its users.
 */
const script = `
log=$1 adopted=$2
shift 2
umask 077
exec 3<&0 </dev/null >>"$log" 2>&1
trap : TERM INT HUP
if [ -n "$adopted" ]; then
  server=$adopted
else
  "$@" 3<&- &
  server=$!
fi
(
  trap '' TERM INT HUP
  while read -r line <&3; do :; done
  kill -INT "$server"
  seconds=0
  while kill -0 "$server" && [ "$seconds" -lt 60 ]; do
    sleep 1 3<&-
    seconds=$((seconds + 1))
  done
  kill -QUIT "$server"
) 2>/dev/null &
reader=$!
exec 3<&-
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  status=$?
  if [ "$status" -eq 127 ]; then sleep 1; fi
done
kill -KILL "$reader"
exit "$status"
`;

/** What a shell reports for a command that was killed. */
const killed = 137;

const guardName = 'orders-database-guard';

export interface Guard {
  /** The exit code of the server once the guard, and with it the server, is gone. */
  exitCode(): number | undefined;
}

export function logFile(folder: DataFolder): string {
  return path.join(folder.path, 'server.log');
}

/** Starts a guard with a new server, or for a server that runs without one. */
export function startGuard(
  folder: DataFolder,
  users: UserCount,
  server: { adopt: number } | { command: readonly string[] },
): Guard {
  const reader = users.openForGuard();
  try {
    const parameters = 'adopt' in server ? [String(server.adopt)] : ['', ...server.command];
    const child = spawn('/bin/sh', ['-c', script, guardName, logFile(folder), ...parameters], {
      ...folder.user.identity,
      cwd: '/',
      env: serverEnvironment,
      // Node sets the descriptor to blocking in the child, as the shell's "read" needs it.
      stdio: [reader, 'ignore', 'ignore'],
      detached: true,
    });
    child.unref();
    let exitCode: number | undefined;
    child.once('error', () => (exitCode = 1));
    child.once('exit', (code) => (exitCode = code ?? killed));
    return { exitCode: () => exitCode };
  } finally {
    closeSync(reader);
  }
}

/**
 * Ends guards whose server is gone. It takes two kills to make one: of the shell that waits for the server, and of
 * the server while the other half of the guard still waits at the pipe. Linux only; elsewhere all users have to go.
 */
export function endUselessGuards(folder: DataFolder): void {
  if (process.platform !== 'linux') return;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const isGuard = words.includes(guardName) && words.includes(logFile(folder));
      if (isGuard) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself, or is not ours to look at.
    }
  }
}
