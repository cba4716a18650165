import { may } from '../../auth/actor.ts';
import { orderNotes } from '../../db/tables/order-notes.ts';
import { orderSubject } from '../../orders/order.subject.ts';
import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';

export interface AddNoteInput extends CommandInput {
  orderId: string;
  note: string;
  isInternal?: boolean | null;
  notifyCustomer?: boolean | null;
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
    const notifyCustomer = input.notifyCustomer ?? false;
    if (notifyCustomer && !may(actor, 'notes.notify')) {
      throw invalid('Your role may not send notes to the customer.', ['notifyCustomer']);
    }
    if (notifyCustomer && isInternal) {
      throw invalid('Only a note that the customer sees can be sent: add isInternal: false.', [
        'notifyCustomer',
      ]);
    }
    const [note] = await transaction
      .insert(orderNotes)
      .values({
        orderId: order.id,
        note: input.note,
        isInternal,
        notifyCustomer,
        createdById: actor.userId,
        createdAt: now,
      })
      .returning({ id: orderNotes.id });
    return {
      result: { noteId: note!.id, orderId: order.id },
      description: isInternal ? 'An internal note was added.' : 'A note for the customer was added.',
      // The e-mail follows from this entry: see src/write/request-jobs.ts.
      additionalData: { noteId: note!.id, isInternal, ...(notifyCustomer && { notifyCustomer }) },
    };
  },
);
