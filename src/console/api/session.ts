/** Who is signed in, on this browser: kept over a reload and shared by its tabs. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** By this browser's clock, which may differ from the server's. */
  readonly renewAtMs: number;
  readonly user: { readonly id: string; readonly displayName: string; readonly role: Role };
}

export type Role = 'ORDER_MANAGER' | 'WAREHOUSE_STAFF' | 'CUSTOMER_SERVICE' | 'CUSTOMER';

interface SessionAnswer {
  readonly session: {
    readonly accessToken: string;
    readonly expiresAt: string;
    readonly refreshToken: string;
    readonly user: Session['user'];
  } | null;
  readonly userErrors: readonly { readonly message: string }[];
}

const storageKey = 'console.session';
const lockName = 'console.session';
/** A token is renewed this long before its end, so that no request is on its way with a dead one. */
const marginMs = 60_000;
const minimumLifeMs = 30_000;
const fields = `session { accessToken expiresAt refreshToken user { id displayName role } } userErrors { message }`;

export const loginMutation = `mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) { ${fields} }
}`;
export const refreshMutation = `mutation Refresh($refreshToken: String!) {
  refreshToken(input: { refreshToken: $refreshToken }) { ${fields} }
}`;
export const logoutMutation = `mutation Logout($refreshToken: String!) {
  logout(input: { refreshToken: $refreshToken }) { signedOut }
}`;

type Listener = (session: Session | null) => void;
const listeners = new Set<Listener>();

// Another tab has signed in or out, or has renewed the tokens.
addEventListener('storage', ({ key }) => {
  if (key === storageKey) tell();
});

export function currentSession(): Session | null {
  const stored = localStorage.getItem(storageKey);
  return stored === null ? null : (JSON.parse(stored) as Session);
}

export function onSessionChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Undefined when it worked, else why it did not. */
export async function signIn(email: string, password: string): Promise<string | undefined> {
  const answer = await send<{ login: SessionAnswer }>(loginMutation, { email, password });
  const { session, userErrors } = answer.login;
  if (!session) return userErrors[0]?.message ?? '';
  keep(session);
  return undefined;
}

/** Ends the session here at once, and at the server when it can be reached. */
export async function signOut(): Promise<void> {
  const session = currentSession();
  localStorage.removeItem(storageKey);
  tell();
  if (!session) return;
  await send(logoutMutation, { refreshToken: session.refreshToken }, session.accessToken).catch(() => {});
}

/** A token that is good for now; null for nobody. Fails when it must be renewed and the server is away. */
export async function accessToken(): Promise<string | null> {
  const session = currentSession();
  if (!session) return null;
  if (Date.now() < session.renewAtMs) return session.accessToken;
  return renew(session.accessToken);
}

/** A new token instead of one that was refused. A refresh token may be spent once, so tabs take turns. */
export function renew(spent: string): Promise<string | null> {
  return oneAtATime(async () => {
    const session = currentSession();
    if (!session) return null;
    // Another tab has been here while this one waited.
    if (session.accessToken !== spent) return session.accessToken;
    const answer = await send<{ refreshToken: SessionAnswer }>(refreshMutation, {
      refreshToken: session.refreshToken,
    });
    if (!answer.refreshToken.session) {
      localStorage.removeItem(storageKey);
      tell();
      return null;
    }
    return keep(answer.refreshToken.session).accessToken;
  });
}

let turn: Promise<unknown> = Promise.resolve();

function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  // Locks between tabs are only there where the page came over HTTPS or from this machine.
  if ('locks' in navigator) return navigator.locks.request(lockName, work) as Promise<Result>;
  const result = turn.then(work, work);
  turn = result;
  return result;
}

function keep({ accessToken: token, expiresAt, refreshToken, user }: NonNullable<SessionAnswer['session']>) {
  const now = Date.now();
  const lifeMs = Math.max(Date.parse(expiresAt) - now - marginMs, minimumLifeMs);
  const session: Session = { accessToken: token, refreshToken, renewAtMs: now + lifeMs, user };
  localStorage.setItem(storageKey, JSON.stringify(session));
  tell();
  return session;
}

function tell(): void {
  const session = currentSession();
  for (const listener of listeners) listener(session);
}

async function send<Data>(query: string, variables: object, token?: string): Promise<Data> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
  if (!data || errors) throw new Error(errors?.[0]?.message ?? response.statusText);
  return data;
}
