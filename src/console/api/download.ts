import { text } from '../text.ts';
import { accessToken, renew } from './session.ts';

interface Refusal {
  readonly errors?: readonly { readonly message: string }[];
}

/** Asks the server for a file and has the browser keep it. Resolves to what was wrong, if anything was. */
export async function download(name: string, asked: object): Promise<string | undefined> {
  try {
    const token = await accessToken();
    let response = await ask(name, asked, token);
    // A token that ended on the way is renewed once.
    if (response.status === 401 && token !== null) response = await ask(name, asked, await renew(token));
    if (!response.ok)
      return ((await response.json()) as Refusal).errors?.[0]?.message ?? text.state.serverFault;
    keep(await response.blob(), `${name}.csv`);
    return undefined;
  } catch {
    // Also when it was broken off in the middle: what is there of it is not kept.
    return text.exports.brokenOff;
  }
}

function ask(name: string, asked: object, token: string | null): Promise<Response> {
  return fetch(`/exports/${name}.csv`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(asked),
  });
}

function keep(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
