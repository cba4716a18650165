import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../context.ts';
import type { PlanExecutor } from './plan-executor.ts';

/** Lets Apollo ask the plans first. */
export function planPlugin(executor: PlanExecutor): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        async responseForOperation({ document, operationName, request, contextValue }) {
          const data = await executor.answer(document, operationName, request.variables ?? {}, contextValue);
          if (!data) return null;
          return {
            http: { headers: new HeaderMap(), status: undefined },
            body: { kind: 'single', singleResult: { data } },
          };
        },
      }),
  };
}
