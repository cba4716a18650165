import { IsOptional, IsUUID, Matches } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
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
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: send it to the customer by e-mail too; only with `isInternal: false`. Permission: notes.notify. Left out: false.',
  })
  notifyCustomer?: boolean | null;
}

@InputType({ description: 'Names the note.' })
export class DeleteNoteInput extends CommandInputFields {
  @Field(() => ID, { description: 'The note.' })
  @IsUUID()
  noteId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version of the note.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'What to change of a note; what is left out stays as it is.' })
export class UpdateNoteInput extends DeleteNoteInput {
  @Field(() => String, { nullable: true, description: 'The new text: 1 to 5,000 characters.' })
  @IsOptional()
  @MaxCharacters(5_000)
  @Matches(/\S/, { message: 'note must not be empty' })
  note?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: for staff only; false: the customer sees it too.',
  })
  isInternal?: boolean | null;
}
