import { decodeJwt } from 'jose';
import type { Executor } from '../db/driver/database.ts';
import type { Viewer } from './actor.ts';
import { IdentityProvider, type IdentityProviderOptions, type ProviderLogger } from './identity-provider.ts';
import { Standings } from './standings.ts';
import type { TokenSigner } from './token.ts';

/** Tokens whose signature need not be checked again; who was heard of least lately is forgotten first. */
const rememberedTokens = 10_000;
/** An account is looked up again after this, for a provider's token that lives for hours. */
const providerRememberedMs = 60_000;

interface Remembered {
  readonly viewer: Viewer;
  readonly untilMs: number;
}

/** Says who a token names, if it still holds: the only place that lets somebody in by a token. */
export class Authentication {
  private readonly remembered = new Map<string, Remembered>();
  private readonly provider: IdentityProvider | undefined;

  constructor(
    private readonly signer: TokenSigner,
    readonly standings: Standings,
    options: {
      readonly read: Executor;
      readonly log: ProviderLogger;
      readonly identityProvider?: IdentityProviderOptions | undefined;
    },
  ) {
    const { read, log, identityProvider } = options;
    const forget = (): void => this.remembered.clear();
    this.provider = identityProvider && new IdentityProvider(identityProvider, read, log, forget);
  }

  /** False after a long time without the database: who is signed in cannot be said, and should come again. */
  get isCurrent(): boolean {
    return this.standings.isCurrent;
  }

  /** The viewer that a valid token names; null for every other text, and for one whose session has ended. */
  async viewerOf(token: string): Promise<Viewer | null> {
    const known = this.recall(token);
    if (known && this.standings.holds(known)) return known;
    // What our own token says does not change; behind a provider's there may be another role by now.
    if (known && known.sessionId !== null) return null;
    const viewer = await this.verify(token);
    return viewer && this.standings.holds(viewer) ? viewer : null;
  }

  private recall(token: string): Viewer | undefined {
    const found = this.remembered.get(token);
    if (!found) return undefined;
    this.remembered.delete(token);
    if (found.untilMs <= Date.now()) return undefined;
    // Put behind the others, so that the first one is the one to forget.
    this.remembered.set(token, found);
    return found.viewer;
  }

  private async verify(token: string): Promise<Viewer | null> {
    const isForeign = this.provider !== undefined && issuerOf(token) === this.provider.issuer;
    const viewer = await (isForeign ? this.provider!.verify(token) : this.signer.verify(token));
    if (!viewer) return null;
    const endMs = viewer.expiresAtSeconds * 1_000;
    const untilMs = isForeign ? Math.min(endMs, Date.now() + providerRememberedMs) : endMs;
    this.remembered.set(token, { viewer, untilMs });
    if (this.remembered.size > rememberedTokens) {
      const [oldest] = this.remembered.keys();
      this.remembered.delete(oldest!);
    }
    return viewer;
  }

  close(): void {
    this.provider?.close();
    this.standings.close();
  }
}

/** As the token says, before anything is proved: it only chooses who proves it. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
