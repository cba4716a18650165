import { spawn } from 'node:child_process';

/**
 * Runs pg_dump or pg_restore against the database of an address, and ends with what it says when it fails. The address
 * goes in the environment: on the command line everybody on the machine could read its password.
 */
export function runPostgresProgram(
  program: 'pg_dump' | 'pg_restore',
  url: string,
  words: readonly string[],
): Promise<void> {
  const child = spawn(program, words, {
    env: { ...process.env, ...connectionOf(url) },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', () =>
      reject(new Error(`${program} cannot be run: install PostgreSQL's client programs.`)),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} failed:\n${said.trim()}`));
    });
  });
}

function connectionOf(address: string): NodeJS.ProcessEnv {
  const { hostname, port, username, password, pathname, searchParams } = new URL(address);
  const sslmode = searchParams.get('sslmode');
  return {
    PGHOST: hostname,
    PGPORT: port || '5432',
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    // What our sessions are guarded by, behind a pooler by the role, would be in the way of both programs.
    PGOPTIONS: '-c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=0',
    ...(sslmode !== null && { PGSSLMODE: sslmode }),
  };
}

/** Ends a script with a sentence instead of a stack. */
export function endWith(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
