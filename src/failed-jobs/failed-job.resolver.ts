import { Args, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { noteById } from '../notes/note.loaders.ts';
import { OrderNote } from '../notes/note.type.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order } from '../orders/order.type.ts';
import { decodeCursor } from '../shared/page.ts';
import { discardFailedJob, retryFailedJob } from './commands/settle-failed-job.ts';
import {
  countFailedJobs,
  failedJobsOrder,
  findFailedJobs,
  type FailedJobRow,
} from './failed-job.repository.ts';
import {
  FailedJob,
  FailedJobConnection,
  FailedJobInput,
  FailedJobPayload,
  FailedJobsArguments,
} from './failed-job.type.ts';

@Resolver(() => FailedJob)
export class FailedJobResolver {
  @Query(() => FailedJobConnection, {
    description:
      'Work in the background that has failed in its last attempt, such as e-mails that no mail server took; what came into the queue last is first. Permission: jobs.manage.',
  })
  @Authorized('jobs.manage')
  async failedJobs(
    @Args(() => FailedJobsArguments) { first, after, filter }: FailedJobsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<FailedJobRow>> {
    const { read } = context.services.database;
    const task = filter?.task ?? null;
    const keyset = after === null ? null : decodeCursor(after, failedJobsOrder);
    const rows = await findFailedJobs(read, task, first + 1, keyset);
    const count = () => countFailedJobs(read, task);
    const keysetOf = (row: FailedJobRow) => [Number(row.id)];
    return new Connection(rows, first, after !== null, failedJobsOrder, keysetOf, count);
  }

  @Mutation(() => FailedJobPayload, {
    description:
      'Has a failed job tried again, at once and as often as a new one. What it has done before it does not do twice. Permission: jobs.manage. Logs nothing: no order is changed by it.',
  })
  @Authorized(...retryFailedJob.permissions)
  retryFailedJob(@Input(() => FailedJobInput) input: FailedJobInput, @Ctx() context: RequestContext) {
    return context.run(retryFailedJob, input);
  }

  @Mutation(() => FailedJobPayload, {
    description:
      'Takes a failed job out of the queue: what it was to do will not be done. Permission: jobs.manage. Logs nothing: no order is changed by it.',
  })
  @Authorized(...discardFailedJob.permissions)
  discardFailedJob(@Input(() => FailedJobInput) input: FailedJobInput, @Ctx() context: RequestContext) {
    return context.run(discardFailedJob, input);
  }

  @FieldResolver(() => Order, {
    nullable: true,
    description: 'The order that it is about; null where it is about none.',
  })
  order(@Root() job: FailedJobRow, @Ctx() context: RequestContext) {
    return job.orderId === null ? null : context.loader(orderById).load(job.orderId);
  }

  @FieldResolver(() => OrderNote, {
    nullable: true,
    description: 'The note that it is about; null where it is about none, or where that was deleted.',
  })
  note(@Root() job: FailedJobRow, @Ctx() context: RequestContext) {
    return job.noteId === null ? null : context.loader(noteById).load(job.noteId);
  }
}
