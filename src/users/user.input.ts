import { IsEmail, Length } from 'class-validator';
import { Field, InputType } from 'type-graphql';

@InputType({ description: 'Who signs in.' })
export class LoginInput {
  @Field(() => String, { description: 'E-mail address; upper and lower case are the same.' })
  @IsEmail()
  email!: string;
  @Field(() => String, { description: 'Password.' })
  @Length(1, 200)
  password!: string;
}

@InputType({ description: 'A refresh token.' })
export class RefreshTokenInput {
  @Field(() => String, { description: 'The refresh token of the last session.' })
  @Length(1, 200)
  refreshToken!: string;
}
