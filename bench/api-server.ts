import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from '../src/db/tables/enumerations.ts';
import { createTokenSigner } from '../src/auth/token.ts';
import { BenchError } from './arguments.ts';
import { startChildServer, type ChildServer } from './child-server.ts';
import type { BenchRequest } from './load.ts';

export const project = fileURLToPath(new URL('..', import.meta.url));
/** As `npm start` has them. */
export const nodeFlags = ['--max-semi-space-size=64', '--min-semi-space-size=64'];
const signingKey = { id: 'default', secret: randomBytes(36).toString('base64') };

export interface ApiOptions {
  readonly databaseUrl: string;
  readonly poolSize: number;
  /** Another build's folder; this project if left out. */
  readonly folder?: string;
  readonly role?: 'api' | 'worker';
  /** Refuses what is too much, as it does unless it is told not to; other benches measure what it does then. */
  readonly refuses?: boolean;
}

/** A server of our API in production, as `npm start` runs it, which takes the tokens of `tokenFor`. */
export function startApi(name: string, options: ApiOptions): Promise<ChildServer> {
  const { databaseUrl, poolSize, folder = project, role = 'api', refuses = false } = options;
  return startChildServer(
    name,
    [...nodeFlags, path.join(folder, 'dist/main.js'), '--role', role],
    {
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: String(poolSize),
      NODE_ENV: 'production',
      JWT_SECRET: signingKey.secret,
      LOG_LEVEL: 'warn',
      RATE_LIMIT_PER_MINUTE: '0',
      ...(!refuses && { OPERATIONS_AT_ONCE: '0' }),
    },
    logFile(name),
    // A worker serves its metrics and nothing else.
    role === 'worker' ? { portVariable: 'METRICS_PORT', readyPath: '/metrics' } : {},
  );
}

export function logFile(name: string): string {
  return path.join(os.tmpdir(), `orders-bench-${process.pid}-${name.replaceAll(' ', '-')}.log`);
}

export async function tokenFor(userId: string, role: Role): Promise<string> {
  const signer = createTokenSigner([signingKey]);
  return (await signer.sign({ id: userId, role, customerId: null }, randomUUID())).accessToken;
}

export function build(folder = project): void {
  try {
    execFileSync('npm', ['run', '--silent', 'build'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } catch {
    throw new BenchError('The build failed; --no-build measures dist/ as it is.');
  }
}

export function graphql(url: string, token: string, query: string, variables: object): BenchRequest {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return { url: `${url}/graphql`, method: 'POST', headers, body: JSON.stringify({ query, variables }) };
}

export function mutation(
  url: string,
  token: string,
  name: string,
  inputType: string,
  input: object,
  selection: string,
): BenchRequest {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`;
  return graphql(url, token, query, { input });
}

/** A write that was refused is no write: it ends the run. */
export function requireDone(answer: Buffer): void {
  if (answer.includes('"userErrors":[]') && !answer.includes('"errors":')) return;
  throw new BenchError(`The API refused: ${answer.toString().slice(0, 500)}`);
}
