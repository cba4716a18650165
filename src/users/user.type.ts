import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Role as RoleValue } from '../db/tables/enumerations.ts';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';

export const Role = enumType('Role', 'What a user may do; docs/permissions.md has the table.', {
  order_manager: 'Runs the business: everything.',
  warehouse_staff: 'Picks, packs and ships; sees no money.',
  customer_service: 'Answers customers: sees all orders, writes notes.',
  customer: 'Sees own orders.',
});

@ObjectType({ description: 'Somebody who signs in.' })
export class User {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'Name as shown.' })
  displayName!: string;
  @Field(() => Role, { simple: true, description: 'What the user may do.' })
  role!: RoleValue;
  @Field(() => Boolean, { simple: true, description: 'False: signs in no more.' })
  active!: boolean;
  @Field(() => Int, { simple: true, description: 'Rises with every change.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When the user was added.' })
  createdAt!: string;
}

@ObjectType({ description: 'The answer of a mutation on a user.' })
export class UserPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

export const UserConnection = connectionType('User', () => User);

@ObjectType({ description: 'A sign-in: send the access token, keep the refresh token.' })
export class Session {
  @Field(() => String, {
    simple: true,
    description: 'Send it as `Authorization: Bearer …`; lives 15 minutes.',
  })
  accessToken!: string;
  @Field(() => DateTime, { simple: true, description: 'When the access token ends.' })
  expiresAt!: string;
  @Field(() => String, {
    simple: true,
    description: 'Exchange it once, with `refreshToken`, for the next session; lives 30 days.',
  })
  refreshToken!: string;
}

@ObjectType({ description: 'The answer of `login` and `refreshToken`.' })
export class SessionPayload {
  @Field(() => Session, { simple: true, nullable: true, description: 'The session; null when refused.' })
  session!: Session | null;
  @Field(() => [UserError], { simple: true, description: 'Why nobody was signed in.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of `logout`.' })
export class LogoutPayload {
  @Field(() => Boolean, { simple: true, description: 'True: the refresh token is worth nothing any more.' })
  signedOut!: boolean;
  @Field(() => [UserError], { simple: true, description: 'Why nothing was done.' })
  userErrors!: UserError[];
}
