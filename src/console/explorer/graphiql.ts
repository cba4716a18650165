import 'graphiql/setup-workers/vite';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createClient } from 'graphql-ws';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchSignedIn } from '../api/fetch-signed-in.ts';
import { accessToken, onSessionChange } from '../api/session.ts';
import { queryExamples, subscriptionExamples } from './examples.ts';

/** GraphiQL over the same two ways as the console: HTTP, and one socket for subscriptions. */
export function showGraphiql(place: Element): void {
  const wsClient = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${(await accessToken()) ?? ''}` }),
  });
  // A socket belongs to who was signed in when it was opened.
  onSessionChange(() => wsClient.terminate());
  const fetcher = createGraphiQLFetcher({ url: '/graphql', fetch: fetchSignedIn, wsClient });
  const defaultTabs = [{ query: queryExamples }, { query: subscriptionExamples }];
  createRoot(place).render(
    createElement(GraphiQL, {
      fetcher,
      defaultTabs,
      isHeadersEditorEnabled: false,
      showPersistHeadersSettings: false,
    }),
  );
}
