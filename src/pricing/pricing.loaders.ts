import { customerPrices } from '../db/tables/pricing.ts';
import { loaderOfChildPages } from '../graphql/loading.ts';

export const pricesOfCustomer = loaderOfChildPages(() => ({
  name: 'pricesOfCustomer',
  table: customerPrices,
  parentColumn: customerPrices.customerId,
  keys: [
    { column: customerPrices.variantId, type: 'uuid' },
    { column: customerPrices.currency, type: 'text' },
  ],
  direction: 'asc',
}));
