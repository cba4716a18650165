import { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import { loaderOfChildPages } from '../graphql/loading.ts';

export type ReservationRow = typeof inventoryReservations.$inferSelect;

export const reservationsOfOrder = loaderOfChildPages(() => ({
  name: 'reservationsOfOrder',
  table: inventoryReservations,
  parentColumn: inventoryReservations.orderId,
  keys: [
    { column: inventoryReservations.createdAt, type: 'timestamptz' },
    { column: inventoryReservations.id, type: 'uuid' },
  ],
  direction: 'asc',
}));
