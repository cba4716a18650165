import type { ProcessRole } from './command-line.ts';
import type { Config } from './config.ts';

const samplePassword = 'sample-password';
const sampleLogins = [
  ['manager@example.com', 'order manager: everything'],
  ['warehouse@example.com', 'warehouse staff: pick, pack, ship'],
  ['service@example.com', 'customer service: orders and notes'],
  ['customer@example.com', 'customer: own orders'],
] as const;

interface Started {
  readonly config: Config;
  readonly role: ProcessRole;
  /** Undefined where nothing is served. */
  readonly url: string | undefined;
  /** Undefined where the database is not the embedded one. */
  readonly dataDirectory: string | undefined;
}

const jobs = {
  all: 'worked on here',
  api: 'wait for a worker: npm start -- --role worker',
  worker: 'worked on here; nothing is served',
} as const;

/** What a person reads who has just started the server or a worker. */
export function banner({ config, role, url, dataDirectory }: Started): string {
  const title = url === undefined ? 'Order management worker' : 'Order management API';
  return `
  ${title}

${url === undefined ? '' : addresses(url)}  Jobs      ${jobs[role]}
  Database  ${dataDirectory === undefined ? 'the one of DATABASE_URL' : `embedded, in ${dataDirectory}`}
${config.sampleData && url !== undefined ? sample(url) : ''}
`;
}

const addresses = (url: string): string => `  GraphQL   ${url}/graphql   (HTTP and WebSocket)
  Console   ${url}/console
  Explorer  ${url}/explorer
  Health    ${url}/healthz, ${url}/readyz
`;

function sample(url: string): string {
  const logins = sampleLogins.map(([email, what]) => `    ${email.padEnd(24)} ${what}`).join('\n');
  return `
  Sample logins, all with the password ${samplePassword}:
${logins}

  A first query: sign in, then ask for the latest orders.

    TOKEN=$(curl -s ${url}/graphql -H 'content-type: application/json' \\
      -d '{"query":"mutation { login(input: {email: \\"manager@example.com\\", password: \\"${samplePassword}\\"}) { session { accessToken } } }"}' \\
      | sed 's/.*accessToken":"\\([^"]*\\).*/\\1/')
    curl -s ${url}/graphql -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" \\
      -d '{"query":"{ orders(first: 3) { nodes { number status total { amountMinor currency } } } }"}'
`;
}
