import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { bodyTooLarge, boundErrors, costReport, type OperationLimits } from './limits.ts';
import type { RequestContext } from './context.ts';

/** Has Apollo look at the limits before an operation runs, and at the errors before an answer goes out. */
export function limitsPlugin(operationLimits: OperationLimits): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      let cost: number | undefined;
      return {
        didResolveOperation: async ({ document, operationName, request }) => {
          cost = operationLimits.check(document, operationName, request.variables ?? {});
        },
        willSendResponse: async ({ request, response: { body } }) => {
          if (body.kind !== 'single') return;
          const { singleResult } = body;
          if (singleResult.errors) singleResult.errors = boundErrors(singleResult.errors);
          const report = cost === undefined ? undefined : costReport(request.extensions, cost);
          if (report) singleResult.extensions = { ...singleResult.extensions, ...report };
        },
      };
    },
  };
}

/** Says of a body that is too large what GraphQL clients can read; any other error is Fastify's. */
export function answerBodyTooLarge(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
  void reply.code(413).send({ errors: [bodyTooLarge()] });
}
