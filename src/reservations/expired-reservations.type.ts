import { Max, Min } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { UserError } from '../graphql/user-error.type.ts';

@InputType({ description: 'How much to do at once.' })
export class ReleaseExpiredReservationsInput extends CommandInputFields {
  @Field(() => Int, {
    defaultValue: 100,
    description: 'Orders at most: 1 to 500. Those that waited longest come first.',
  })
  @Min(1)
  @Max(500)
  limit!: number;
}

@ObjectType({ description: 'What was released.' })
export class ReleaseExpiredReservationsPayload {
  @Field(() => Int, { nullable: true, simple: true, description: 'Units released; null when refused.' })
  units?: number | null;
  @Field(() => Boolean, {
    nullable: true,
    simple: true,
    description: 'True when the limit was reached: call it again. Null when refused.',
  })
  mayBeMore?: boolean | null;
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
