import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../context.ts';
import type { PlanExecutor } from './plan-executor.ts';

/** Stands for the data of an answer that has been written. */
class WrittenAnswer {
  constructor(readonly body: Buffer) {}
}

/** Lets Apollo ask the plans first. */
export function planPlugin(executor: PlanExecutor): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        async responseForOperation({ document, operationName, request, contextValue }) {
          const body = await executor.answer(document, operationName, request.variables ?? {}, contextValue);
          if (!body) return null;
          const data = new WrittenAnswer(body) as unknown as Record<string, unknown>;
          return {
            http: { headers: new HeaderMap(), status: undefined },
            body: { kind: 'single', singleResult: { data } },
          };
        },
      }),
  };
}

/**
 * Apollo's `stringifyResult`. The bytes of a written answer pass as they are: Apollo hands on to Fastify whatever
 * comes from here, and turning them into text and back would cost more than writing them did.
 */
export function stringifyResult(result: { readonly data?: unknown }): string {
  if (result.data instanceof WrittenAnswer) return result.data.body as unknown as string;
  return `${JSON.stringify(result)}\n`;
}
