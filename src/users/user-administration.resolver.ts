import { IsOptional, ValidateNested } from 'class-validator';
import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { customerById } from '../customers/customer.loaders.ts';
import { Customer } from '../customers/customer.type.ts';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import { createUser } from './commands/create-user.ts';
import { deactivateUser, reactivateUser } from './commands/set-user-active.ts';
import { updateUser } from './commands/update-user.ts';
import { CreateUserInput, UpdateUserInput, UserFilter, UserInput } from './user-administration.input.ts';
import { countUsers, searchUsers, usersOrder } from './user-search.repository.ts';
import { userById } from './user.loaders.ts';
import type { UserRow } from './user.repository.ts';
import { User, UserConnection, UserPayload } from './user.type.ts';

@ArgsType()
class UsersArguments extends PageArguments {
  @Field(() => UserFilter, { nullable: true, description: 'Which users; all when left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: UserFilter | null;
}

@Resolver(() => User)
export class UserAdministrationResolver {
  @Query(() => UserConnection, { description: 'The users, by name. Permission: users.manage.' })
  @Authorized('users.manage')
  async users(
    @Args(() => UsersArguments) { first, after, filter }: UsersArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<UserRow>> {
    const { read } = context.services.database;
    const keyset = after === null ? null : decodeCursor(after, usersOrder);
    const rows = await searchUsers(read, filter ?? {}, first + 1, keyset);
    const count = () => countUsers(read, filter ?? {});
    return new Connection(rows, first, after !== null, usersOrder, (row) => [row.displayName, row.id], count);
  }

  @Mutation(() => UserPayload, {
    description:
      'Adds somebody who can sign in. Permission: users.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...createUser.permissions)
  createUser(@Input(() => CreateUserInput) input: CreateUserInput, @Ctx() context: RequestContext) {
    return context.run(createUser, input);
  }

  @Mutation(() => UserPayload, {
    description:
      'Changes a user; another role, customer or password ends the sessions, with their access tokens and sockets. Nobody changes their own role. Permission: users.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...updateUser.permissions)
  updateUser(@Input(() => UpdateUserInput) input: UpdateUserInput, @Ctx() context: RequestContext) {
    return andTell(context, context.run(updateUser, input));
  }

  @Mutation(() => UserPayload, {
    description:
      'Lets a user sign in no more and ends the sessions, with their access tokens and sockets, within a second or two on every server. Nobody deactivates themselves, so that a manager is always left. Permission: users.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...deactivateUser.permissions)
  deactivateUser(@Input(() => UserInput) input: UserInput, @Ctx() context: RequestContext) {
    return andTell(context, context.run(deactivateUser, input));
  }

  @Mutation(() => UserPayload, {
    description: 'Lets a user sign in again. Permission: users.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...reactivateUser.permissions)
  reactivateUser(@Input(() => UserInput) input: UserInput, @Ctx() context: RequestContext) {
    return andTell(context, context.run(reactivateUser, input));
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer that a user of the role CUSTOMER acts for.',
  })
  customer(@Root() user: UserRow, @Ctx() context: RequestContext) {
    return user.customerId === null ? null : context.loader(customerById).load(user.customerId);
  }
}

/** This server lets nobody in any more by what was true before; the others hear of it within a second. */
async function andTell<Result>(context: RequestContext, running: Promise<Result>): Promise<Result> {
  const payload = await running;
  await context.services.standings.hear();
  return payload;
}

@Resolver(() => UserPayload)
export class UserPayloadResolver {
  @FieldResolver(() => User, { nullable: true, description: 'The user as it is now; null when refused.' })
  user(@Root() payload: { userId?: string }, @Ctx() context: RequestContext) {
    return payload.userId === undefined ? null : context.loader(userById).load(payload.userId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictUserResolver {
  @FieldResolver(() => User, {
    nullable: true,
    description: 'The user as it is now, where a user was meant.',
  })
  user(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'User' ? context.loader(userById).load(error.subject.id) : null;
  }
}
