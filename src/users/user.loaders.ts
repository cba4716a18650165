import { loaderByKey } from '../graphql/loading.ts';
import { findUsers, type UserRow } from './user.repository.ts';

export const userById = loaderByKey<UserRow>(findUsers, (user) => user.id);
