import { IsUUID, Matches } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { MaxCharacters } from '../graphql/validation.ts';

@InputType({ description: 'A new note.' })
export class AddNoteInput extends CommandInputFields {
  @Field(() => ID, { description: 'The order.' })
  @IsUUID()
  orderId!: string;
  @Field(() => String, { description: 'The text: 1 to 5,000 characters.' })
  @MaxCharacters(5_000)
  @Matches(/\S/, { message: 'note must not be empty' })
  note!: string;
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: for staff only. Left out: true for staff, false for a customer.',
  })
  isInternal?: boolean | null;
}
