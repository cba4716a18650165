import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { RequestContext } from './context.ts';

/** Queries may be answered from a replica: known as soon as it is known what the operation is, and before it runs. */
export const replicaReading: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, contextValue }) => {
      if (operation?.operation === OperationTypeNode.QUERY) contextValue.mayReadReplica();
    },
  }),
};
