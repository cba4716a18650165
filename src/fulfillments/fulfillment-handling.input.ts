import { Length } from 'class-validator';
import { Field, InputType } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';

@InputType({ description: 'Where the picker is.' })
export class ClaimNextFulfillmentInput extends CommandInputFields {
  @Field(() => String, { description: 'Code of the location whose queue it is.' })
  @Length(1, 50)
  locationCode!: string;
}
