import { eq } from 'drizzle-orm';
import { orderNotes } from '../../db/tables/order-notes.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { noteSubject, requireEditable } from '../note.subject.ts';

export interface DeleteNoteInput extends CommandInput {
  noteId: string;
}

/** Removes a note with its text; the history keeps that there was one. */
export const deleteNote = defineSubjectCommand(
  'deleteNote',
  noteSubject,
  async ({ target: note, transaction, actor }, _input: DeleteNoteInput) => {
    requireEditable(note, actor);
    await transaction.delete(orderNotes).where(eq(orderNotes.id, note.id));
    return {
      result: { noteId: note.id, orderId: note.orderId },
      description: 'A note was deleted.',
      additionalData: { noteId: note.id, isInternal: note.isInternal },
    };
  },
);
