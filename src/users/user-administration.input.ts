import { IsEmail, IsOptional, IsUUID, Length, Matches, MinLength } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { Role as RoleValue } from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { MaxCharacters } from '../graphql/validation.ts';
import type { UserFilterValues } from './user-search.repository.ts';
import { Role } from './user.type.ts';

const passwordRule =
  'From 12 to 200 characters, any of them. It is kept as an Argon2id hash alone, and has no part in what an idempotency key is compared by.';

@InputType({ description: 'A new user.' })
export class CreateUserInput extends CommandInputFields {
  @Field(() => String, { description: 'E-mail address; upper and lower case are the same. Unique.' })
  @IsEmail()
  email!: string;
  @Field(() => String, { description: 'Name as shown.' })
  @Matches(/\S/, { message: 'displayName must not be empty' })
  @Length(1, 200)
  displayName!: string;
  @Field(() => Role, { description: 'What the user may do.' })
  role!: RoleValue;
  @Field(() => ID, { nullable: true, description: 'For the role CUSTOMER, and only for that: whose orders.' })
  @IsOptional()
  @IsUUID()
  customerId?: string | null;
  @Field(() => String, { description: passwordRule })
  @MinLength(12)
  @MaxCharacters(200)
  password!: string;
}

@InputType({ description: 'Names the user.' })
export class UserInput extends CommandInputFields {
  @Field(() => ID, { description: 'The user.' })
  @IsUUID()
  userId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'What changes of a user: a field that is left out stays as it is.' })
export class UpdateUserInput extends UserInput {
  @Field(() => String, { nullable: true, description: 'E-mail address to sign in with. Unique.' })
  @IsOptional()
  @IsEmail()
  email?: string | null;
  @Field(() => String, { nullable: true, description: 'Name as shown.' })
  @IsOptional()
  @Matches(/\S/, { message: 'displayName must not be empty' })
  @Length(1, 200)
  displayName?: string | null;
  @Field(() => Role, { nullable: true, description: 'What the user may do.' })
  role?: RoleValue | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Whose orders; null where the role is no longer CUSTOMER. Access tokens of before end within about a second.',
  })
  @IsOptional()
  @IsUUID()
  customerId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: `A new password, which ends all sessions. ${passwordRule}`,
  })
  @IsOptional()
  @MinLength(12)
  @MaxCharacters(200)
  password?: string | null;
}

@InputType({ description: 'Which users: all that is given must hold.' })
export class UserFilter implements UserFilterValues {
  @Field(() => String, { nullable: true, description: 'A part of the name or of the e-mail address.' })
  @IsOptional()
  @Length(1, 100)
  text?: string | null;
  @Field(() => [Role], { nullable: true, description: 'Of one of these roles.' })
  role?: RoleValue[] | null;
  @Field(() => Boolean, { nullable: true, description: 'May sign in, or not.' })
  active?: boolean | null;
  @Field(() => ID, { nullable: true, description: 'Acting for this customer.' })
  @IsOptional()
  @IsUUID()
  customerId?: string | null;
}
