import { payments } from '../db/tables/payments.ts';
import { loaderByKey, loaderOfChildPages } from '../graphql/loading.ts';
import { findPayments, type PaymentRow } from './payment.repository.ts';

export const paymentById = loaderByKey<PaymentRow>(findPayments, (payment) => payment.id);

export const paymentsOfOrder = loaderOfChildPages(() => ({
  name: 'paymentsOfOrder',
  table: payments,
  parentColumn: payments.orderId,
  keys: [
    { column: payments.createdAt, type: 'timestamptz' },
    { column: payments.id, type: 'uuid' },
  ],
  direction: 'asc',
}));
