import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type AuthCheckerFn, type NonEmptyArray, type PubSub } from 'type-graphql';
import { may, requirePermission } from '../auth/actor.ts';
import type { Permission } from '../auth/permissions.ts';
import type { RequestContext } from './context.ts';
import { userErrorTypes } from './user-error.type.ts';
import { validatorOptions } from './validation.ts';

const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * The one check behind every `@Authorized`. Without the permission an operation is refused with an error that
 * names it; a field of an object that one may see is null.
 */
const checkPermission: AuthCheckerFn<RequestContext, Permission> = ({ context, info }, anyOf) => {
  if (rootTypes.has(info.parentType.name)) {
    requirePermission(context.actor, ...anyOf);
    return true;
  }
  return context.actor !== null && may(context.actor, ...anyOf);
};

/** type-graphql wants one, but every subscription of ours reads the event log, which is never published to. */
const noPubSub: PubSub = {
  publish: () => {
    throw new Error('Record history instead of publishing: subscriptions read the event log.');
  },
  subscribe: () => {
    throw new Error('Subscribe to the event log instead.');
  },
};

export function buildSchema(resolvers: NonEmptyArray<Function>): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers,
    orphanedTypes: userErrorTypes,
    authChecker: checkPermission,
    authMode: 'null',
    pubSub: noPubSub,
    validate: validatorOptions,
  });
  schema.getQueryType()!.description = 'What can be asked. What you may not see does not exist.';
  schema.getMutationType()!.description =
    'What can be done. Each takes one input and answers with what changed, or with userErrors when nothing did.';
  schema.getSubscriptionType()!.description =
    'What can be followed live, over graphql-transport-ws. Each event has a cursor to resume from.';
  return schema;
}
