import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { noteSubject } from '../note.subject.ts';

export interface RecordNoteMailInput extends CommandInput {
  noteId: string;
}

/**
 * Stamps a note with the moment at which the mail server took the e-mail about it. The system does. A worker that was
 * taken for dead may come late, when another has done the same: the first moment stays.
 */
export const recordNoteMail = defineSubjectCommand(
  'recordNoteMail',
  noteSubject,
  async ({ target: note, now }, _input: RecordNoteMailInput) => ({
    result: { noteId: note.id, orderId: note.orderId },
    description: 'The customer was sent a note by e-mail.',
    additionalData: { noteId: note.id },
    ...(note.notifiedAt === null ? { changes: { notifiedAt: now } } : { unchanged: true as const }),
  }),
);
