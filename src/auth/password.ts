import { hash, verify } from '@node-rs/argon2';

/** Argon2id with the parameters of OWASP's password storage cheat sheet (19 MiB, two passes, one lane). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, parameters);
}

let decoyHash: Promise<string> | undefined;

/** Made beforehand, so that not even the first stranger waits longer than somebody known. */
export function prepareDecoy(): void {
  decoyHash ??= hashPassword('nobody has this password');
}

/**
 * True when the password is the one of the hash. Without a hash (nobody by that e-mail) it takes the same time,
 * so that the answer's delay does not tell which e-mails exist.
 */
export async function passwordMatches(passwordHash: string | null, password: string): Promise<boolean> {
  prepareDecoy();
  const matches = await verify(passwordHash ?? (await decoyHash!), password);
  return matches && passwordHash !== null;
}
