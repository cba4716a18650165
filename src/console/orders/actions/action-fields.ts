export type Field =
  'reason' | 'description' | 'locationCode' | 'method' | 'amount' | 'provider' | 'succeeded';

export type Fields = readonly { readonly name: Field; readonly isOptional?: boolean }[];

/** What is asked before an action; those that are not here are asked for nothing, or have a dialog of their own. */
export const fieldsOf: Readonly<Record<string, Fields>> = {
  cancelOrder: [{ name: 'reason', isOptional: true }],
  holdOrder: [{ name: 'reason' }],
  addHistoryEntry: [{ name: 'description' }],
  createFulfillment: [{ name: 'locationCode' }],
  createPayment: [{ name: 'provider' }, { name: 'amount', isOptional: true }],
  recordPayment: [{ name: 'method' }, { name: 'amount' }],
  refundOrder: [{ name: 'amount', isOptional: true }],
  rejectReturn: [{ name: 'reason' }],
  settlePayment: [{ name: 'succeeded' }],
};
