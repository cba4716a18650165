import {
  createSourceEventStream,
  execute,
  getOperationAST,
  Kind,
  visit,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
} from 'graphql';
import type { RequestContext } from './context.ts';
import { isUnavailable } from './format-error.ts';
import type { Member, SharedExecutions } from './shared-execution.ts';
import { LogSubscription } from './subscribe-to-log.ts';

/** What graphql-ws hands over of a subscription, with what this one needs beside it. */
export interface LiveArguments extends ExecutionArgs {
  readonly query: string;
  /** Sends results that are written as JSON already, and waits until they are on their way. */
  readonly send: (results: readonly string[]) => Promise<void>;
}

/**
 * Subscribes like graphql's own `subscribe`. What follows the event log is executed together with equal subscriptions,
 * and sent from here: to graphql-ws it is a stream without results, which it can end.
 */
export async function subscribeShared(
  shared: SharedExecutions,
  options: LiveArguments,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(options);
  if (source instanceof LogSubscription) {
    const { document, operationName, variableValues, query } = options;
    const key = operationKey(document, query, operationName, variableValues);
    const operation = { key, document, operationName, variableValues };
    const { viewer } = contextOf(options);
    return deliver(source, shared.join(operation, viewer), options);
  }
  if ('errors' in source && source.errors?.some(({ originalError }) => isUnavailable(originalError))) {
    contextOf(options).cutOff('unavailable');
    return nothing();
  }
  return Symbol.asyncIterator in source ? executed(source, options) : source;
}

/** Equal for operations that get the same answer to the same event, if they are of viewers who see the same. */
export function operationKey(
  document: DocumentNode,
  query: string,
  operationName: string | null | undefined,
  variableValues: ExecutionArgs['variableValues'],
): string {
  const after = cursorVariable(document, operationName);
  const others = Object.entries(variableValues ?? {}).filter(([name]) => name !== after);
  return JSON.stringify([operationName ?? null, others, query]);
}

/** The variable that says where to begin, if that is all it is used for: the answers do not depend on it. */
function cursorVariable(
  document: DocumentNode,
  operationName: string | null | undefined,
): string | undefined {
  const [field] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD) return undefined;
  const value = field.arguments?.find((argument) => argument.name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: (node) => void (uses += node.name.value === name ? 1 : 0),
  });
  return uses === 1 ? name : undefined;
}

function deliver(
  source: LogSubscription,
  member: Member,
  options: LiveArguments,
): AsyncIterableIterator<never> {
  let ended = false;
  const end = (): void => {
    if (!ended) member.leave();
    ended = true;
  };
  const iterator: AsyncIterableIterator<never> = {
    async next() {
      try {
        for await (const events of source) {
          const results = await member.answer(events);
          if (!ended) await options.send(results);
        }
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        contextOf(options).cutOff('unavailable');
      } finally {
        end();
      }
      return { done: true, value: undefined };
    },
    async return() {
      end();
      await source.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

const contextOf = (options: ExecutionArgs): RequestContext => options.contextValue as RequestContext;

async function* nothing(): AsyncGenerator<never> {}

/**
 * What graphql's own `subscribe` does with a stream of anything else. No generator: while that waits for an event it
 * does not see that it is to end, and a socket that has closed meanwhile would count as open until the next one.
 */
function executed(
  source: AsyncIterable<unknown>,
  options: ExecutionArgs,
): AsyncIterableIterator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      const event = await events.next();
      if (event.done) return { done: true, value: undefined };
      return { done: false, value: await execute({ ...options, rootValue: event.value }) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
