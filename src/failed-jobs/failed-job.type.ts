import { IsOptional, Length, Matches, ValidateNested } from 'class-validator';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { connectionType, PageArguments } from '../graphql/connection.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';

@ObjectType({
  description: 'Work in the background that was tried as often as it may be, and now waits for a decision.',
})
export class FailedJob {
  @Field(() => ID, { simple: true, description: 'Of the job in the queue.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'What it was to do, such as sendOrderMail.' })
  task!: string;
  @Field(() => Int, { simple: true, description: 'How often it was tried.' })
  attempts!: number;
  @Field(() => Int, { simple: true, description: 'How often it may be tried.' })
  maxAttempts!: number;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Why it failed the last time, without values and addresses; null where nothing is known.',
  })
  lastError!: string | null;
  @Field(() => DateTime, { simple: true, description: 'When it came into the queue.' })
  createdAt!: string;
  @Field(() => DateTime, { simple: true, description: 'When it failed the last time.' })
  failedAt!: string;
}

export const FailedJobConnection = connectionType('FailedJob', () => FailedJob);

@InputType({ description: 'Which failed jobs: all that is given must hold.' })
class FailedJobFilter {
  @Field(() => String, { nullable: true, description: 'With this task, such as sendOrderMail.' })
  @IsOptional()
  @Length(1, 100)
  task?: string | null;
}

@ArgsType()
export class FailedJobsArguments extends PageArguments {
  @Field(() => FailedJobFilter, { nullable: true, description: 'Which; all when left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: FailedJobFilter | null;
}

@InputType({ description: 'Names the failed job.' })
export class FailedJobInput extends CommandInputFields {
  @Field(() => ID, { description: 'The failed job.' })
  @Matches(/^\d{1,18}$/, { message: 'jobId must be the id of a failed job' })
  jobId!: string;
}

@ObjectType({ description: 'The answer of a mutation on a failed job.' })
export class FailedJobPayload {
  @Field(() => ID, {
    simple: true,
    nullable: true,
    description: 'The job, which is no failed one any more; null when refused.',
  })
  jobId?: string | null;
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
