import { and, eq, isNull, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Executor } from '../db/driver/database.ts';
import type { Viewer } from './actor.ts';
import type { Role } from '../db/tables/enumerations.ts';
import { refreshTokens, users } from '../db/tables/users.ts';
import { Refusal, UserError } from '../shared/errors.ts';
import { passwordMatches } from './password.ts';
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

/** Signing in, staying signed in and signing out. Concerns no order, so it is not a command. */
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly signer: TokenSigner,
  ) {}

  async login(email: string, password: string): Promise<Session> {
    const [user] = await this.database.read
      .select({ ...sessionUser, passwordHash: users.passwordHash })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email.trim().toLowerCase()), eq(users.active, true)));
    const matches = await passwordMatches(user?.passwordHash ?? null, password);
    if (!user || !matches) throw refused('E-mail and password do not sign anybody in.', ['password']);
    return this.database.transaction((transaction) => this.open(transaction, user, uuidv7()));
  }

  /** A new session for a refresh token, which is spent by it. A token that comes twice ends its whole family. */
  async refresh(refreshToken: string): Promise<Session> {
    const session = await this.database.transaction(async (transaction) => {
      const [token] = await transaction
        .select()
        .from(refreshTokens)
        .where(eq(refreshTokens.tokenHash, hashRefreshToken(refreshToken)))
        .for('update');
      if (!token || token.revokedAt) return null;
      if (token.usedAt) {
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
        .set({ usedAt: sql`now()` })
        .where(eq(refreshTokens.id, token.id));
      return this.open(transaction, user, token.familyId);
    });
    if (!session)
      throw refused('The refresh token is unknown, expired or spent: sign in again.', ['refreshToken']);
    return session;
  }

  /** Ends the session that the refresh token belongs to; an unknown token is no error. */
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
  }

  private async open(transaction: Executor, user: SessionUser, familyId: string): Promise<Session> {
    const refreshToken = createRefreshToken();
    await transaction.insert(refreshTokens).values({
      userId: user.id,
      familyId,
      tokenHash: hashRefreshToken(refreshToken),
      expiresAt: sql`now() + make_interval(days => ${refreshTokenLifetimeDays})`,
    });
    return { ...this.signer.sign(user), refreshToken };
  }

  private async endFamily(transaction: Executor, familyId: string): Promise<void> {
    await transaction
      .update(refreshTokens)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(refreshTokens.familyId, familyId), isNull(refreshTokens.revokedAt)));
  }
}

function refused(message: string, path: string[]): Refusal {
  return new Refusal(new UserError('INVALID_CREDENTIALS', message, path));
}
