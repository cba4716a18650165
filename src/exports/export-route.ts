import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'csv-stringify';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { execute, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { Authentication } from '../auth/authentication.ts';
import { bearerToken } from '../auth/token.ts';
import { overloaded, type Admission } from '../graphql/admission.ts';
import { RequestContext, type Services } from '../graphql/context.ts';
import { formatError, type FaultLogger } from '../graphql/format-error.ts';
import { clientAddress, userAgentOf } from '../graphql/request-origin.ts';
import { type TopLevelCode } from '../shared/error-catalogue.ts';
import { TopLevelError } from '../shared/errors.ts';
import type { CsvExport } from './csv-export.ts';
import { ordersExport } from './orders-export.ts';
import { fulfillmentStatisticsExport, statisticsExport } from './statistics-exports.ts';

/** Each keeps a connection busy for a page at a time, for as long as it goes on. */
const exportsAtOnce = 4;
/** Who reads nothing for so long is cut off. */
const stalledMs = 60_000;
const busyPauseMs = 250;

const statuses: Partial<Record<TopLevelCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  OVERLOADED: 503,
  SERVICE_UNAVAILABLE: 503,
};

interface ExportServices {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly authentication: Authentication;
  readonly log: FaultLogger;
}

interface Guards {
  readonly onRequest: onRequestHookHandler[];
  readonly admission: Admission;
}

type AskPage = (variables: Record<string, unknown>) => Promise<any>;

/**
 * Lists and statistics as files: what the API answers to the same viewer, with the same rights and checks, asked for
 * page by page while the file is read. What is held in memory is a page, however long the file becomes.
 */
export function serveExports(server: FastifyInstance, app: ExportServices, guards: Guards): void {
  const stopping = new AbortController();
  // A file may take minutes; the server that goes away does not wait for it.
  server.addHook('preClose', (done) => {
    stopping.abort();
    done();
  });
  let going = 0;
  const serve = <Row>(each: CsvExport<Row>): void => {
    const document = parse(each.query);
    server.post(`/exports/${each.name}.csv`, { onRequest: guards.onRequest }, async (request, reply) => {
      try {
        if (going >= exportsAtOnce) throw overloaded();
        going += 1;
        reply.raw.once('close', () => (going -= 1));
        const variables = variablesOf(each, request.body);
        const ask = askerOf(app, guards.admission, request, document);
        // What is wrong with the request shows in the first page, while it can still be said.
        const first = await ask(variables);
        reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
        return await reply
          .type('text/csv; charset=utf-8; header=present')
          .header('cache-control', 'private, no-store')
          .header('content-disposition', `attachment; filename="${each.name}.csv"`)
          .send(fileOf(each, linesOf(each, first, variables, ask), stopping.signal, app.log));
      } catch (error) {
        return answerRefusal(reply, error, app.log);
      }
    });
  };
  serve(ordersExport);
  serve(statisticsExport);
  serve(fulfillmentStatisticsExport);
}

function variablesOf<Row>({ variables }: CsvExport<Row>, body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw new TopLevelError('BAD_USER_INPUT', 'The body must be a JSON object, or be left out.');
  const unknown = Object.keys(body).find((name) => !variables.includes(name));
  if (unknown === undefined) return { ...body };
  const message = `The body may have ${variables.join(', ')}, and not ${JSON.stringify(unknown)}.`;
  throw new TopLevelError('BAD_USER_INPUT', message);
}

/** Asks for a page as whoever the token is at that time: a session that was ended ends the file as well. */
function askerOf(
  { schema, services, authentication }: ExportServices,
  admission: Admission,
  request: FastifyRequest,
  document: DocumentNode,
): AskPage {
  const origin = { ipAddress: clientAddress(request), userAgent: userAgentOf(request) };
  const token = bearerToken(request.headers.authorization);
  return async (variableValues) => {
    const viewer = token === null ? null : await authentication.viewerOf(token);
    const contextValue = new RequestContext(services, viewer, origin);
    contextValue.mayReadReplica();
    const work = async () => execute({ schema, document, variableValues, contextValue });
    const result = await admission.run('http', work);
    if (result === undefined) throw overloaded();
    const error = result.errors?.[0];
    // What a resolver throws has a path; the rest is that the variables are not what the query takes.
    if (error) throw error.path ? error : new TopLevelError('BAD_USER_INPUT', error.message);
    return result.data;
  };
}

async function* linesOf<Row>(
  each: CsvExport<Row>,
  first: unknown,
  variables: Record<string, unknown>,
  ask: AskPage,
): AsyncGenerator<string[]> {
  let page: unknown = first;
  for (;;) {
    for (const row of each.rowsOf(page)) yield each.columns.map(({ cell }) => String(cell(row) ?? ''));
    const after = each.nextOf(page);
    if (after === null) return;
    page = await askWhenThereIsTime(ask, { ...variables, after });
  }
}

/** What has begun goes on behind those who wait for an answer. */
async function askWhenThereIsTime(ask: AskPage, variables: Record<string, unknown>): Promise<any> {
  const until = Date.now() + stalledMs;
  for (;;) {
    try {
      return await ask(variables);
    } catch (error) {
      const isBusy = error instanceof TopLevelError && error.code === 'OVERLOADED';
      if (!isBusy || Date.now() > until) throw error;
      await sleep(busyPauseMs);
    }
  }
}

/**
 * The bytes of the file. A fault in the middle breaks the connection off: a file that ended there would look whole.
 * What a spreadsheet would take for a formula gets an apostrophe, and the mark at the beginning tells it that this is
 * UTF-8.
 */
function fileOf<Row>(
  each: CsvExport<Row>,
  lines: AsyncGenerator<string[]>,
  signal: AbortSignal,
  log: FaultLogger,
): Readable {
  const csv = stringify({
    bom: true,
    header: true,
    columns: each.columns.map(({ header }) => header),
    escape_formulas: true,
    record_delimiter: 'windows',
  });
  pipeline(Readable.from(lines, { signal }), csv, (error) => {
    if (error && !signal.aborted && error.code !== 'ERR_STREAM_PREMATURE_CLOSE')
      log.error({ error: error.message, export: each.name }, 'an export was broken off');
  });
  return csv;
}

function answerRefusal(reply: FastifyReply, thrown: unknown, log: FaultLogger): FastifyReply {
  const formatted = { message: thrown instanceof Error ? thrown.message : String(thrown) };
  const error = formatError(formatted, thrown, log);
  const code = error.extensions!['code'] as TopLevelCode;
  const seconds = error.extensions!['retryAfterSeconds'];
  if (seconds !== undefined) void reply.header('retry-after', seconds);
  return reply
    .code(statuses[code] ?? 500)
    .send({ errors: [{ message: error.message, extensions: error.extensions }] });
}
