import { loaderByKey } from '../graphql/loading.ts';
import { findLocations, type StockLocationRow } from './stock.repository.ts';

export const locationById = loaderByKey<StockLocationRow>(findLocations, (location) => location.id);
