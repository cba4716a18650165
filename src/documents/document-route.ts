import type { FastifyInstance } from 'fastify';
import type { DocumentKind, DocumentLinks } from '../auth/document-links.ts';
import type { Database } from '../db/driver/database.ts';
import { boxLabel } from './box-label.ts';
import { findPapers, type Papers } from './document.repository.ts';
import { packingSlip } from './packing-slip.ts';
import { pickList } from './pick-list.ts';

const printers: Readonly<Record<DocumentKind, (papers: Papers) => Promise<Buffer>>> = {
  'packing-slip': packingSlip,
  'pick-list': pickList,
  'box-label': boxLabel,
};

interface DocumentRequest {
  Params: { kind: string; fulfillmentId: string };
  Querystring: { expires?: unknown; key?: unknown; signature?: unknown };
}

/** The papers, for whoever has a link of `Fulfillment.packingSlipUrl` and its like. They show what is now. */
export function serveDocuments(
  server: FastifyInstance,
  { documentLinks, database }: { documentLinks: DocumentLinks; database: Database },
): void {
  server.get<DocumentRequest>('/documents/:kind/:fulfillmentId', async ({ params, query }, reply) => {
    // It carries an address: neither a proxy nor the browser of a shared computer keeps it.
    void reply.header('cache-control', 'private, no-store');
    const refuse = (status: number, message: string) => reply.code(status).type('text/plain').send(message);
    const verdict = documentLinks.check({ ...params, ...parametersOf(query) });
    if (verdict === 'forged')
      return refuse(403, 'This link is not one of ours, or was changed on its way.\n');
    if (verdict === 'expired')
      return refuse(410, 'This link has expired. Open the paper again where you found it.\n');
    const papers = await findPapers(database.read, params.fulfillmentId);
    if (!papers) return refuse(404, 'There is no such fulfillment any more.\n');
    // Only kinds that we know are ever signed.
    const kind = params.kind as DocumentKind;
    return reply
      .type('application/pdf')
      .header('content-disposition', `inline; filename="${papers.number}-${kind}.pdf"`)
      .send(await printers[kind](papers));
  });
}

/** The parameters that count; others may be added by whatever passes links on. */
function parametersOf({ expires, key, signature }: DocumentRequest['Querystring']) {
  return { expires, key, signature };
}
