import { may } from '../../auth/actor.ts';
import { orderNotes } from '../../db/tables/order-notes.ts';
import { orderSubject } from '../../orders/order.subject.ts';
import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';

export interface AddNoteInput extends CommandInput {
  orderId: string;
  note: string;
  isInternal?: boolean | null;
}

/** Writes a note on an order. Its text stays out of the history, which is never changed and outlives people. */
export const addNote = defineSubjectCommand(
  'addNote',
  orderSubject,
  async ({ target: order, transaction, actor, now }, input: AddNoteInput) => {
    const isInternal = input.isInternal ?? may(actor, 'notes.addInternal');
    if (!may(actor, isInternal ? 'notes.addInternal' : 'notes.addPublic')) {
      const kind = isInternal ? 'internal' : 'customer-visible';
      throw invalid(`Your role may not write ${kind} notes.`, ['isInternal']);
    }
    const [note] = await transaction
      .insert(orderNotes)
      .values({ orderId: order.id, note: input.note, isInternal, createdById: actor.userId, createdAt: now })
      .returning({ id: orderNotes.id });
    return {
      result: { noteId: note!.id, orderId: order.id },
      description: isInternal ? 'An internal note was added.' : 'A note for the customer was added.',
      additionalData: { noteId: note!.id, isInternal },
    };
  },
);
