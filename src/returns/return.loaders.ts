import { returns } from '../db/tables/returns.ts';
import { loaderByKey, loaderOfChildPages, loaderOfChildren } from '../graphql/loading.ts';
import { findReturnItems, findReturns, type ReturnItemRow, type ReturnRow } from './return.repository.ts';

export const returnById = loaderByKey<ReturnRow>(findReturns, (row) => row.id);

export const itemsOfReturn = loaderOfChildren<ReturnItemRow>(findReturnItems, (item) => item.returnId);

export const returnsOfOrder = loaderOfChildPages(() => ({
  name: 'returnsOfOrder',
  table: returns,
  parentColumn: returns.orderId,
  keys: [
    { column: returns.createdAt, type: 'timestamptz' },
    { column: returns.id, type: 'uuid' },
  ],
  direction: 'desc',
}));
