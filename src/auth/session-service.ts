import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Executor } from '../db/driver/database.ts';
import type { Viewer } from './actor.ts';
import type { Role } from '../db/tables/enumerations.ts';
import { refreshTokens, users } from '../db/tables/users.ts';
import { Refusal, UserError } from '../shared/errors.ts';
import { passwordMatches, prepareDecoy } from './password.ts';
import { beginAttempt, forgiveAttempt } from './sign-in-attempts.repository.ts';
import type { Standings } from './standings.ts';
import { createRefreshToken, hashRefreshToken, refreshTokenLifetimeDays, type TokenSigner } from './token.ts';

export interface SessionUser {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly customerId: string | null;
}

export interface Session {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly refreshToken: string;
  readonly actor: Viewer;
}

const sessionUser = {
  id: users.id,
  email: users.email,
  displayName: users.displayName,
  role: users.role,
  customerId: users.customerId,
};

/** An answer that was lost is asked for again within this; `clock_timestamp`, since whoever waited for the row began before. */
const reuseSeconds = 10;
const wasUsedBefore = sql<boolean>`coalesce(${refreshTokens.usedAt} < clock_timestamp() - make_interval(secs => ${reuseSeconds}), false)`;

/** Signing in, staying signed in and signing out. Concerns no order, so it is not a command. */
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly signer: TokenSigner,
    private readonly standings: Standings,
  ) {
    prepareDecoy();
  }

  /** Every attempt costs the same, whether there is such an account or not. */
  async login(email: string, password: string, address: string | null): Promise<Session> {
    const attempt = await beginAttempt(this.database, email.trim().toLowerCase(), address);
    if (!attempt.isAllowed) throw tooManyAttempts(attempt.retryMinutes);
    const [user] = await this.database.read
      .select({ ...sessionUser, passwordHash: users.passwordHash })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email.trim().toLowerCase()), eq(users.active, true)));
    const matches = await passwordMatches(user?.passwordHash ?? null, password);
    if (!user || !matches) throw refused('E-mail and password do not sign anybody in.', ['password']);
    await forgiveAttempt(this.database, attempt);
    return this.database.transaction((transaction) => this.open(transaction, user, uuidv7()));
  }

  /**
   * A new session for a refresh token, which is spent by it. One that comes again ends its whole family, but not within
   * seconds: a page that is left or loaded anew while it waits never learns of the answer, and has only the old one.
   */
  async refresh(refreshToken: string): Promise<Session> {
    let isReused = false;
    const session = await this.database.transaction(async (transaction) => {
      const [token] = await transaction
        .select({ ...getTableColumns(refreshTokens), isReused: wasUsedBefore })
        .from(refreshTokens)
        .where(eq(refreshTokens.tokenHash, hashRefreshToken(refreshToken)))
        .for('update');
      if (!token || token.revokedAt) return null;
      if (token.isReused) {
        isReused = true;
        await this.endFamily(transaction, token.familyId);
        return null;
      }
      const [user] = await transaction
        .select(sessionUser)
        .from(users)
        .where(
          and(
            eq(users.id, token.userId),
            eq(users.active, true),
            sql`${token.expiresAt}::timestamptz > now()`,
          ),
        );
      if (!user) return null;
      await transaction
        .update(refreshTokens)
        .set({ usedAt: sql`coalesce(${refreshTokens.usedAt}, now())` })
        .where(eq(refreshTokens.id, token.id));
      return this.open(transaction, user, token.familyId);
    });
    if (isReused) await this.standings.hear();
    if (!session)
      throw refused('The refresh token is unknown, expired or spent: sign in again.', ['refreshToken']);
    return session;
  }

  /**
   * Ends the session that the refresh token belongs to, with its access tokens and sockets; an unknown token is no
   * error.
   */
  async logout(userId: string, refreshToken: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const [token] = await transaction
        .select({ familyId: refreshTokens.familyId })
        .from(refreshTokens)
        .where(
          and(eq(refreshTokens.tokenHash, hashRefreshToken(refreshToken)), eq(refreshTokens.userId, userId)),
        );
      if (token) await this.endFamily(transaction, token.familyId);
    });
    await this.standings.hear();
  }

  private async open(transaction: Executor, user: SessionUser, familyId: string): Promise<Session> {
    const refreshToken = createRefreshToken();
    await transaction.insert(refreshTokens).values({
      userId: user.id,
      familyId,
      tokenHash: hashRefreshToken(refreshToken),
      expiresAt: sql`now() + make_interval(days => ${refreshTokenLifetimeDays})`,
    });
    return { ...(await this.signer.sign(user, familyId)), refreshToken };
  }

  private async endFamily(transaction: Executor, familyId: string): Promise<void> {
    await transaction
      .update(refreshTokens)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(refreshTokens.familyId, familyId), isNull(refreshTokens.revokedAt)));
  }
}

function tooManyAttempts(minutes: number): Refusal {
  const message = `The password was wrong too often: try again in ${minutes} minutes.`;
  return new Refusal(new UserError('TOO_MANY_ATTEMPTS', message, ['password']));
}

function refused(message: string, path: string[]): Refusal {
  return new Refusal(new UserError('INVALID_CREDENTIALS', message, path));
}
