import { Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Session as SessionValue } from '../auth/session-service.ts';
import { may } from '../auth/actor.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { validateInput } from '../graphql/validation.ts';
import { Refusal, type UserError } from '../shared/errors.ts';
import { userById } from './user.loaders.ts';
import { LoginInput, RefreshTokenInput } from './user.input.ts';
import type { UserRow } from './user.repository.ts';
import { LogoutPayload, Session, SessionPayload, User } from './user.type.ts';

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { description: 'Who you are. Permission: session.own.' })
  @Authorized('session.own')
  viewer(@Ctx() context: RequestContext) {
    return context.loader(userById).load(context.viewer.userId);
  }

  @Mutation(() => SessionPayload, {
    description:
      'Signs in. After 20 wrong passwords for an account, or 300 from an address, within 15 minutes none is looked at until they have passed. Public. Logs nothing.',
  })
  login(@Input(() => LoginInput) input: LoginInput, @Ctx() context: RequestContext) {
    return answer(input, () =>
      context.services.sessions.login(input.email, input.password, context.ipAddress),
    );
  }

  @Mutation(() => SessionPayload, {
    description: 'A new session for a refresh token, which is spent by it. Public. Logs nothing.',
  })
  refreshToken(@Input(() => RefreshTokenInput) input: RefreshTokenInput, @Ctx() context: RequestContext) {
    return answer(input, () => context.services.sessions.refresh(input.refreshToken));
  }

  @Mutation(() => LogoutPayload, {
    description:
      'Ends the session of a refresh token, with its access tokens and, within seconds, its sockets. Permission: session.own. Logs nothing.',
  })
  @Authorized('session.own')
  async logout(@Input(() => RefreshTokenInput) input: RefreshTokenInput, @Ctx() context: RequestContext) {
    const userErrors = await validateInput(input);
    if (userErrors.length > 0) return { signedOut: false, userErrors };
    await context.services.sessions.logout(context.viewer.userId, input.refreshToken);
    return { signedOut: true, userErrors };
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'E-mail address: your own, or with the permission staff.viewEmail; else null.',
  })
  email(
    @Root() user: UserRow & { readonly justSignedIn?: true },
    @Ctx() context: RequestContext,
  ): string | null {
    const { actor } = context;
    const own = user.justSignedIn || actor?.userId === user.id;
    return own || (actor && may(actor, 'staff.viewEmail')) ? user.email : null;
  }
}

async function answer(
  input: object,
  open: () => Promise<SessionValue>,
): Promise<{ session: SessionValue | null; userErrors: readonly UserError[] }> {
  const userErrors = await validateInput(input);
  if (userErrors.length > 0) return { session: null, userErrors };
  try {
    return { session: await open(), userErrors: [] };
  } catch (error) {
    if (error instanceof Refusal) return { session: null, userErrors: error.errors };
    throw error;
  }
}

@Resolver(() => Session)
export class SessionResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who is signed in.' })
  async user(@Root() session: SessionValue, @Ctx() context: RequestContext) {
    // The request came without a token: whoever signs in with it looks at itself.
    const user = await context.as(session.actor).loader(userById).load(session.actor.userId);
    return user && { ...user, justSignedIn: true };
  }
}
