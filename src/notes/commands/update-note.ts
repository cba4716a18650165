import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { noteSubject, requireEditable } from '../note.subject.ts';

export interface UpdateNoteInput extends CommandInput {
  noteId: string;
  note?: string | null;
  isInternal?: boolean | null;
}

/** Changes the text of a note, or who sees it. Neither text is in the history. */
export const updateNote = defineSubjectCommand(
  'updateNote',
  noteSubject,
  async ({ target: note, actor }, input: UpdateNoteInput) => {
    requireEditable(note, actor);
    const text = input.note ?? note.note;
    const isInternal = input.isInternal ?? note.isInternal;
    if (text === note.note && isInternal === note.isInternal) {
      throw invalid('Give a text or a visibility that differs from the present one.', ['note']);
    }
    return {
      result: { noteId: note.id, orderId: note.orderId },
      description: 'A note was edited.',
      additionalData: { noteId: note.id, isInternal },
      changes: { note: text, isInternal },
    };
  },
);
