import type { FastifyReply, FastifyRequest } from 'fastify';
import { asResponseError } from '../shared/errors.ts';
import { overloaded, type Admission } from './admission.ts';

type Handler = (this: never, request: FastifyRequest, reply: FastifyReply) => unknown;

/** Before anything of the request is read: a refusal that costs next to nothing leaves the time to those that were taken. */
export function refuseWhenFull(admission: Admission) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    // The operations of a socket are counted, and not that it is opened.
    if (request.headers.upgrade !== undefined || !admission.isFull) return done();
    admission.countRefusal('http');
    void answerOverloaded(reply);
  };
}

/** The request is read by now: whoever sends it slowly takes up no place meanwhile. */
export function admitted(admission: Admission, handler: Handler) {
  return async function (this: unknown, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const work = async () => ({ answer: await handler.call(this as never, request, reply) });
    const done = await admission.run('http', work);
    return done ? done.answer : answerOverloaded(reply);
  };
}

function answerOverloaded(reply: FastifyReply): FastifyReply {
  const error = overloaded();
  return reply
    .code(503)
    .header('retry-after', error.details['retryAfterSeconds'])
    .send({ errors: [asResponseError(error)] });
}
