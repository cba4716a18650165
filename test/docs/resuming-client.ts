import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export function followOrders(url: string, accessToken: () => Promise<string>, tell: (event: any) => void) {
  const variables: { after: string | null } = { after: null };
  const client = createClient({
    url: `${url}/graphql`.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket, // not in a browser, which has its own
    connectionParams: async () => ({ authorization: `Bearer ${await accessToken()}` }),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });
  const query = `subscription ($after: String) { orderEvents(after: $after) {
    cursor entry { action description } order { id number status version } } }`;
  const end = client.subscribe<{ orderEvents: { cursor: string } }>(
    { query, variables },
    {
      next({ data }) {
        if (!data) return;
        // The client sends the same object again when it has to connect anew: it resumes from here.
        variables.after = data.orderEvents.cursor;
        tell(data.orderEvents);
      },
      error: (errors) => tell({ ended: errors }), // RESYNC_REQUIRED: load the present state, and start anew
      complete: () => {},
    },
  );
  return { resumeFrom: (cursor: string) => (variables.after = cursor), end };
}
