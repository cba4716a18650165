import { orderStatus, type OrderStatus } from '../db/tables/enumerations.ts';
import type { Workflow } from '../write/workflow.ts';

const from = orderStatus.enumValues;

/** What people do to a note. It has no status of its own: the statuses are its order's, and none refuses. */
export const noteWorkflow = {
  updateNote: [
    { permission: 'notes.edit', from, action: 'edited' },
    { permission: 'notes.editOwn', from, action: 'edited' },
  ],
  // Done by the job that has sent the e-mail; there is no mutation for it.
  recordNoteMail: [{ permission: 'notes.notify', from, action: 'edited' }],
  deleteNote: [
    { permission: 'notes.edit', from, action: 'edited' },
    { permission: 'notes.editOwn', from, action: 'edited' },
  ],
} as const satisfies Workflow<OrderStatus>;
