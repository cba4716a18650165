import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { Input } from '../graphql/mutation-input.ts';
import { orderById } from '../orders/order.loaders.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { Order } from '../orders/order.type.ts';
import { userById } from '../users/user.loaders.ts';
import { User } from '../users/user.type.ts';
import { addNote } from './commands/add-note.ts';
import { deleteNote } from './commands/delete-note.ts';
import { updateNote } from './commands/update-note.ts';
import { AddNoteInput, DeleteNoteInput, UpdateNoteInput } from './note.input.ts';
import { noteById, notesOfOrder } from './note.loaders.ts';
import type { NoteRow } from './note.repository.ts';
import { NotePayload, OrderNote, OrderNoteConnection } from './note.type.ts';

@Resolver(() => OrderNote)
export class NoteResolver {
  @Query(() => OrderNote, { nullable: true, description: 'A note by id. Permission: notes.view.' })
  @Authorized('notes.view')
  note(@Arg('id', () => ID, { description: 'The note’s id.' }) id: string, @Ctx() context: RequestContext) {
    return context.loader(noteById).load(id);
  }

  @Mutation(() => NotePayload, {
    description:
      'Writes a note on an order; with `notifyCustomer` a job sends it to the customer by e-mail. Permission: notes.add. Logs: note_added, without the text; edited when the e-mail has gone.',
  })
  @Authorized(...addNote.permissions)
  addNote(@Input(() => AddNoteInput) input: AddNoteInput, @Ctx() context: RequestContext) {
    return context.run(addNote, input);
  }

  @Mutation(() => NotePayload, {
    description:
      'Changes the text of a note, or who sees it. Permission: notes.edit, or notes.editOwn for a note of one’s own. Logs: edited, without the text.',
  })
  @Authorized(...updateNote.permissions)
  updateNote(@Input(() => UpdateNoteInput) input: UpdateNoteInput, @Ctx() context: RequestContext) {
    return context.run(updateNote, input);
  }

  @Mutation(() => NotePayload, {
    description:
      'Removes a note; its order is in the answer. Permission: notes.edit, or notes.editOwn for a note of one’s own. Logs: edited, without the text.',
  })
  @Authorized(...deleteNote.permissions)
  deleteNote(@Input(() => DeleteNoteInput) input: DeleteNoteInput, @Ctx() context: RequestContext) {
    return context.run(deleteNote, input);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'Who wrote it; null where you may not see that.',
  })
  createdBy(@Root() note: NoteRow, @Ctx() context: RequestContext) {
    return note.createdById === null ? null : context.loader(userById).load(note.createdById);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order that it is on.' })
  order(@Root() note: NoteRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(note.orderId);
  }
}

@Resolver(() => Order)
export class OrderNotesResolver {
  @FieldResolver(() => OrderNoteConnection, { description: 'The notes that you may see, latest first.' })
  notes(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(notesOfOrder).load({ parentId: order.id, first, after });
  }
}

@Resolver(() => NotePayload)
export class NotePayloadResolver {
  @FieldResolver(() => OrderNote, {
    nullable: true,
    description: 'The note as it is now; null when refused or deleted.',
  })
  note(@Root() payload: { noteId?: string }, @Ctx() context: RequestContext) {
    return payload.noteId === undefined ? null : context.loader(noteById).load(payload.noteId);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now; null when refused.' })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return payload.orderId === undefined ? null : context.loader(orderById).load(payload.orderId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictNoteResolver {
  @FieldResolver(() => OrderNote, {
    nullable: true,
    description: 'The note as it is now, where a note was meant.',
  })
  note(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Note' ? context.loader(noteById).load(error.subject.id) : null;
  }
}
