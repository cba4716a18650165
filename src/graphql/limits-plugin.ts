import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { asResponseError, TopLevelError } from '../shared/errors.ts';
import { bodyTooLarge, boundErrors, costReport, type OperationLimits } from './limits.ts';
import type { RequestContext } from './context.ts';
import type { DocumentValidation } from './document-validation.ts';
import type { ErrorFormatter } from './format-error.ts';

/** Apollo takes one error from a hook; the answer shows what it stands for. */
const invalid = (): GraphQLError =>
  new GraphQLError('The document is not valid.', { extensions: { http: { status: 400 } } });

/** Has Apollo look at a document and its limits before it runs, and at the errors before an answer goes out. */
export function limitsPlugin(
  validation: DocumentValidation,
  operationLimits: OperationLimits,
  format: ErrorFormatter,
): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      let cost: number | undefined;
      let errors: readonly GraphQLError[] = [];
      return {
        didResolveOperation: async ({ document, operationName, request }) => {
          errors = validation.errorsOf(document);
          if (errors.length > 0) throw invalid();
          cost = operationLimits.check(document, operationName, request.variables ?? {});
        },
        willSendResponse: async ({ request, response: { body } }) => {
          if (body.kind !== 'single') return;
          const { singleResult } = body;
          if (errors.length > 0) singleResult.errors = errors.map((error) => format(error.toJSON(), error));
          if (singleResult.errors) singleResult.errors = boundErrors(singleResult.errors);
          const report = cost === undefined ? undefined : costReport(request.extensions, cost);
          if (report) singleResult.extensions = { ...singleResult.extensions, ...report };
        },
      };
    },
  };
}

/** Says of a body that cannot be taken what GraphQL clients can read; any other error is Fastify's. */
export function answerBodyRefused(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    void reply.code(413).send({ errors: [bodyTooLarge()] });
  } else if (error.code?.startsWith('FST_ERR_CTP_')) {
    const refusal = asResponseError(new TopLevelError('BAD_REQUEST', error.message));
    void reply.code(error.statusCode ?? 400).send({ errors: [refusal] });
  } else throw error;
}
