import { accessToken, renew } from './session.ts';

/** Sends the token; a token that the server does not take any more is renewed once. */
export async function fetchSignedIn(address: RequestInfo | URL, options?: RequestInit): Promise<Response> {
  const token = await accessToken();
  const response = await fetchWith(token, address, options);
  if (token === null) return response;
  const body = await response.text();
  if (!body.includes('"UNAUTHENTICATED"')) return new Response(body, response);
  return fetchWith(await renew(token), address, options);
}

function fetchWith(
  token: string | null,
  address: RequestInfo | URL,
  options?: RequestInit,
): Promise<Response> {
  const headers = { ...(options?.headers as Record<string, string>) };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  return fetch(address, { ...options, headers });
}
