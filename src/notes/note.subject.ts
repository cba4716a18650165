import { and, eq, sql } from 'drizzle-orm';
import { requirePermission, type Actor } from '../auth/actor.ts';
import { visibleNotes } from '../auth/visibility.ts';
import type { Executor } from '../db/driver/database.ts';
import type { OrderStatus } from '../db/tables/enumerations.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import { lockOrder } from '../orders/order.subject.ts';
import type { Subject } from '../write/command.ts';
import type { NoteRow } from './note.repository.ts';
import { noteWorkflow } from './note.workflow.ts';

/** A note under the lock of its order, with the order's status for the history. */
export interface LockedNote extends NoteRow {
  readonly status: OrderStatus;
  readonly isArchived: boolean;
}

/** Locks the order, then reads the note: one lock for everything under an order. */
async function lockNote(
  transaction: Executor,
  actor: Actor,
  id: string,
): Promise<{ target: LockedNote; now: string } | undefined> {
  const [found] = await transaction
    .select({ orderId: orderNotes.orderId })
    .from(orderNotes)
    .where(eq(orderNotes.id, id));
  const locked = found && (await lockOrder(transaction, actor, found.orderId));
  if (!locked) return undefined;
  const [note] = await transaction
    .select()
    .from(orderNotes)
    .where(and(eq(orderNotes.id, id), visibleNotes(actor.role)));
  const isArchived = locked.target.archivedAt !== null;
  return note && { target: { ...note, status: locked.target.status, isArchived }, now: locked.now };
}

/** Whoever may edit only notes of their own is refused those of others. */
export function requireEditable(note: NoteRow, actor: Actor): void {
  if (note.createdById !== actor.userId) requirePermission(actor, 'notes.edit');
}

export const noteSubject: Subject<LockedNote> = {
  kind: 'Note',
  inputField: 'noteId',
  workflow: noteWorkflow,
  lock: lockNote,
  concerns: (note) => ({ orderId: note.orderId }),
  // A hold stops the warehouse, not the pen.
  isHeld: () => false,
  isArchived: (note) => note.isArchived,
  async save({ transaction }, note, _status, changes) {
    await transaction
      .update(orderNotes)
      .set({ version: sql`${orderNotes.version} + 1`, ...changes })
      .where(eq(orderNotes.id, note.id));
  },
};
