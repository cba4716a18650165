import { visibleNotes } from '../auth/visibility.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import { loaderByKey, loaderOfChildPages } from '../graphql/loading.ts';
import { findNotes, type NoteRow } from './note.repository.ts';

export const noteById = loaderByKey<NoteRow>(findNotes, (note) => note.id);

export const notesOfOrder = loaderOfChildPages((actor) => ({
  name: `notesOfOrder.${actor.role}`,
  table: orderNotes,
  parentColumn: orderNotes.orderId,
  visible: visibleNotes(actor.role),
  keys: [
    { column: orderNotes.createdAt, type: 'timestamptz' },
    { column: orderNotes.id, type: 'uuid' },
  ],
  direction: 'desc',
}));
