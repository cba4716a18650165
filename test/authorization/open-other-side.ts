/** The server with two sides, who looks at it, and what each must not learn of. */
import type { Client } from 'graphql-ws';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema } from 'graphql';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { askOverSocket, socketClient } from '../subscriptions/live-client.ts';
import {
  arrangeOtherSide,
  hiddenOf,
  notesOf,
  offersAndContacts,
  type Hidden,
  type OtherSide,
} from './other-side-world.ts';

export const signedIn = ['customer', 'warehouse_staff'] as const;
export type SignedIn = (typeof signedIn)[number];
export type Viewer = SignedIn | 'nobody';

export type AskWith = (query: string, variables?: Readonly<Record<string, string>>) => Promise<any>;

export interface OpenSide {
  readonly server: TestServer;
  readonly schema: GraphQLSchema;
  readonly side: OtherSide;
  /**
   * Who must not learn of what, by section 6 of the specification: a customer of anything that is not theirs, nor of
   * internal notes; the warehouse of orders that have no fulfillment, of notes to customers, of quotes and contacts. Written
   * here, and not asked of the code that is tested.
   */
  readonly hidden: Readonly<Record<Viewer, readonly Hidden[]>>;
  readonly sockets: Readonly<Record<SignedIn, Client>>;
  overHttp(viewer: Viewer): AskWith;
  /** The same over the one socket of the viewer. */
  overSocket(viewer: SignedIn): AskWith;
  close(): Promise<void>;
}

export async function openOtherSide(): Promise<OpenSide> {
  const server = await startTestServer();
  const schema = buildClientSchema((await server.anonymous(getIntrospectionQuery())).data);
  const side = await arrangeOtherSide(server);
  const sockets = {
    customer: socketClient(server.url, server.tokens.customer),
    warehouse_staff: socketClient(server.url, server.tokens.warehouse_staff),
  };
  return {
    server,
    schema,
    side,
    hidden: await hiddenFrom(server, side),
    sockets,
    overHttp: (viewer) => (viewer === 'nobody' ? server.anonymous : server.as[viewer]),
    overSocket: (viewer) => (query, variables) =>
      askOverSocket(sockets[viewer], query, variables).catch((failure: unknown) => {
        // Refused before it was begun with; anything else is no answer.
        if (Array.isArray(failure)) return { errors: failure };
        throw failure;
      }),
    async close() {
      for (const client of Object.values(sockets)) await client.dispose();
      await server.stop();
    },
  };
}

async function hiddenFrom(server: TestServer, side: OtherSide): Promise<Record<Viewer, Hidden[]>> {
  const { world, rich, unconfirmed } = side;
  const customer = [
    ...(await hiddenOf(server, [rich, unconfirmed, world.foreign], world.otherCustomerId)),
    ...(await hiddenOf(server, [world.guest, world.erased], null)),
    ...(await notesOf(server, 'internal')),
  ];
  // That a note was added, and its id, is in the audit trail, which is the warehouse's as well; its text is not.
  const texts = (await notesOf(server, 'public')).filter(({ kind }) => kind.startsWith('order_notes.note'));
  const warehouse = [
    ...(await ofUnconfirmed(server, unconfirmed)),
    ...texts,
    ...(await offersAndContacts(server)),
  ];
  const nobody = [...customer, ...(await hiddenOf(server, [world.finished], world.customerId))];
  return { customer, warehouse_staff: warehouse, nobody };
}

/** The ledger is the warehouse's own: it shows that units were reserved, and not for which order. */
export const ofUnconfirmed = async (server: TestServer, orderId: string): Promise<Hidden[]> =>
  (await hiddenOf(server, [orderId], null)).filter(({ kind }) => kind !== 'stock_movements.id');
