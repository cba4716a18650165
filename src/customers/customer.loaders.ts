import { loaderByKey } from '../graphql/loading.ts';
import { findCustomers, type CustomerRow } from './customer.repository.ts';

export const customerById = loaderByKey<CustomerRow>(findCustomers, (customer) => customer.id);
