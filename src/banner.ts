import type { Config } from './config.ts';

const samplePassword = 'sample-password';
const sampleLogins = [
  ['manager@example.com', 'order manager: everything'],
  ['warehouse@example.com', 'warehouse staff: pick, pack, ship'],
  ['service@example.com', 'customer service: orders and notes'],
  ['customer@example.com', 'customer: own orders'],
] as const;

/** What a person reads who has just started the server. */
export function banner(config: Config, url: string, dataDirectory: string | undefined): string {
  const logins = sampleLogins.map(([email, what]) => `    ${email.padEnd(24)} ${what}`).join('\n');
  const sample = `
  Sample logins, all with the password ${samplePassword}:
${logins}

  A first query: sign in, then ask for the latest orders.

    TOKEN=$(curl -s ${url}/graphql -H 'content-type: application/json' \\
      -d '{"query":"mutation { login(input: {email: \\"manager@example.com\\", password: \\"${samplePassword}\\"}) { session { accessToken } } }"}' \\
      | sed 's/.*accessToken":"\\([^"]*\\).*/\\1/')
    curl -s ${url}/graphql -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" \\
      -d '{"query":"{ orders(first: 3) { nodes { number status total { amountMinor currency } } } }"}'
`;
  return `
  Order management API

  GraphQL   ${url}/graphql   (HTTP and WebSocket)
  Explorer  ${url}/
  Health    ${url}/healthz, ${url}/readyz
  Database  ${dataDirectory === undefined ? 'the one of DATABASE_URL' : `embedded, in ${dataDirectory}`}
${config.sampleData ? sample : ''}
`;
}
