import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** The account that PostgreSQL runs as. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Set when it is another account than ours, which only root can arrange. */
  readonly identity: { uid: number; gid: number } | undefined;
}

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as the owner of the data, else as postgres, else as nobody.
 * An owner without an entry in the password file is passed over, because initdb looks its own name up.
 */
export async function chooseServerUser(dataOwnerUid: number | undefined): Promise<ServerUser> {
  const ownUid = process.getuid!();
  if (ownUid !== 0) return ourselves(ownUid);
  const accounts = await readAccounts();
  const found =
    accounts.find((account) => account.uid === dataOwnerUid && account.uid !== 0) ??
    accounts.find((account) => account.name === 'postgres') ??
    accounts.find((account) => account.name === 'nobody');
  if (!found) {
    throw new Error(
      'PostgreSQL refuses to run as root, and this system has neither a user "postgres" nor "nobody". ' +
        'Start as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { ...found, identity: { uid: found.uid, gid: found.gid } };
}

function ourselves(uid: number): ServerUser {
  try {
    return { name: userInfo().username, uid, gid: process.getgid!(), identity: undefined };
  } catch (cause) {
    throw new Error(
      `PostgreSQL cannot run as user id ${uid}, which has no entry in /etc/passwd (often a container started ` +
        `with --user). Add the entry, start as root or as a user that has one, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function readAccounts(): Promise<{ name: string; uid: number; gid: number }[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * What PostgreSQL and its helpers see of our environment: no PG* variables that would redirect them, and the C
 * locale, because the languages that the system has must not matter.
 */
export const serverEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Runs a command as the server's user to its end; the working folder is the root, which everybody can reach. */
export function runAs(
  user: ServerUser,
  command: string,
  commandArguments: readonly string[],
  limitMs = 60_000,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, {
      ...user.identity,
      cwd: '/',
      env: serverEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}

/** Answers a question of the shell's `test` with the rights of the server's user, ACLs and mounts included. */
export async function holds(user: ServerUser, test: string, ...values: string[]): Promise<boolean> {
  const { code, output } = await runAs(user, '/bin/sh', ['-c', test, 'sh', ...values]);
  if (code === null) throw new Error(`Could not run a command as the user "${user.name}": ${output}`);
  return code === 0;
}
