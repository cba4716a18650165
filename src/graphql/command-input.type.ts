import { IsOptional, Length } from 'class-validator';
import { Field, InputType } from 'type-graphql';

@InputType()
export abstract class CommandInputFields {
  @Field(() => String, {
    nullable: true,
    description:
      'Makes the call safe to repeat: the same key with the same input answers with the first result, with another input it is refused. Up to 200 characters; yours alone.',
  })
  @IsOptional()
  @Length(1, 200)
  idempotencyKey?: string | null;
}
