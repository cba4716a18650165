import { Client, fetchExchange, type CombinedError } from '@urql/core';
import { text } from '../text.ts';
import { fetchSignedIn } from './fetch-signed-in.ts';
import type { Payload } from './payload.ts';

/** The one way of asking. No answer is kept: what is shown is followed, and asked for anew when it is shown again. */
export function openClient(): Client {
  return new Client({
    url: '/graphql',
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetch: fetchSignedIn,
  });
}

/** Why there is no answer. A request without one may have had its effect or not. */
export class AskFailed extends Error {
  constructor(
    message: string,
    readonly isNetwork: boolean,
  ) {
    super(message);
  }
}

export function asAskFailed(error: CombinedError): AskFailed {
  if (error.networkError && !error.response) return new AskFailed(text.state.unreachable, true);
  const status = (error.response as Response | undefined)?.status ?? 200;
  const message = error.graphQLErrors[0]?.message ?? text.state.serverFault;
  return new AskFailed(message, status >= 502);
}

export async function ask<Data>(client: Client, query: string, variables: object = {}): Promise<Data> {
  const answer = await client.query<Data>(query, variables, { requestPolicy: 'network-only' }).toPromise();
  if (answer.error || !answer.data) throw asAskFailed(answer.error!);
  return answer.data;
}

/** What a mutation with one field answers. Sent again with the same key it has one effect. */
export async function change<Result extends Payload>(
  client: Client,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Result> {
  const answer = await client.mutation<Record<string, Result>>(mutation, { input }).toPromise();
  if (answer.error || !answer.data) throw asAskFailed(answer.error!);
  return Object.values(answer.data).find((value) => typeof value === 'object')!;
}

/** A key that no other request has. `crypto.randomUUID` is not there on a page that came over plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
