import { IsUUID, Length, Matches, ValidateIf } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';

@InputType({ description: 'Names the order.' })
export class OrderInput extends CommandInputFields {
  @Field(() => ID, { description: 'The order.' })
  @IsUUID()
  orderId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'Names the order and says why it has to wait.' })
export class HoldOrderInput extends OrderInput {
  @Field(() => String, { description: 'Why: 1 to 500 characters; shown on the order to staff.' })
  @Length(1, 500)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

@InputType({ description: 'Names the order and who looks after it.' })
export class AssignOrderInput extends OrderInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Somebody of the staff who is active; null for nobody. Leaving it out is refused.',
  })
  @ValidateIf((input: AssignOrderInput) => input.userId !== null)
  @IsUUID(undefined, { message: 'userId must be the id of a user, or null for nobody' })
  userId!: string | null;
}

@InputType({ description: 'Names the order and says what happened.' })
export class AddHistoryEntryInput extends OrderInput {
  @Field(() => String, {
    description:
      'What happened: 1 to 500 characters. It can never be changed or removed, so no personal data.',
  })
  @Length(1, 500)
  @Matches(/\S/, { message: 'description must not be empty' })
  description!: string;
}
