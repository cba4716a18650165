import { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import { loaderByKey, loaderOfChildPages } from '../graphql/loading.ts';
import { findReservations, type ReservationRow } from './reservation.repository.ts';

export const reservationById = loaderByKey<ReservationRow>(findReservations, (reservation) => reservation.id);

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
