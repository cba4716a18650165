const firstQuery = `# 1. Sign in (with sample data, the sample logins have the password sample-password):
mutation SignIn {
  login(input: { email: "manager@example.com", password: "sample-password" }) {
    session { accessToken expiresAt user { displayName role } }
    userErrors { code message path }
  }
}

# 2. Put the token under Headers as  Authorization: Bearer <accessToken>  and ask:
query LatestOrders {
  orders(first: 5) {
    nodes { number status channel total { amountMinor currency } items(first: 3) { nodes { name quantity } } }
  }
}

# 3. Keep this one running while you move a fulfillment:
subscription Warehouse {
  fulfillmentStatusChanged { cursor oldStatus newStatus fulfillment { number } order { number } }
}
`;

const sampleLogins = `<p>Sample logins: manager@example.com, warehouse@example.com, service@example.com and
  customer@example.com, each with the password <code>sample-password</code>.</p>`;

/** Apollo Sandbox at this server when the browser is online, and what to do when it is not. */
export function explorerPage(sampleData: boolean): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Order management API</title>
<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1b2430; background: #fff; }
  #sandbox { height: 100vh; }
  #sandbox iframe { width: 100%; height: 100%; border: none; }
  #offline { display: none; max-width: 46rem; margin: 4rem auto; padding: 0 1.5rem; }
  pre { background: #f2f4f7; padding: 1rem; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
  @media (prefers-color-scheme: dark) { body { color: #e6eaf0; background: #14181f; } pre { background: #222833; } }
</style>
</head>
<body>
<div id="sandbox"></div>
<main id="offline">
  <h1>Order management API</h1>
  <p>The server is running. Apollo Sandbox could not be loaded, because it comes from the internet;
  any GraphQL client works with <code class="address"></code>:</p>
  <pre id="curl"></pre>
  ${sampleData ? sampleLogins : ''}
</main>
<script>
  const endpoint = location.origin + '/graphql';
  function offline() {
    document.getElementById('sandbox').style.display = 'none';
    document.getElementById('offline').style.display = 'block';
    document.querySelector('.address').textContent = endpoint;
    const login = { query: 'mutation { login(input: {email: "manager@example.com", password: "sample-password"}) { session { accessToken } userErrors { message } } }' };
    document.getElementById('curl').textContent =
      "curl " + endpoint + " -H 'content-type: application/json' \\\\\\n  -d '" + JSON.stringify(login) + "'";
  }
  function online() {
    new window.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: endpoint,
      initialSubscriptionEndpoint: endpoint.replace(/^http/, 'ws'),
      includeCookies: false,
      initialState: { document: ${JSON.stringify(firstQuery)}, includeCookies: false },
    });
  }
  const sandbox = document.createElement('script');
  sandbox.src = 'https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js';
  sandbox.onload = online;
  sandbox.onerror = offline;
  document.body.append(sandbox);
</script>
</body>
</html>
`;
}
