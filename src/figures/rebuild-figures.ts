import type { Database } from '../db/driver/database.ts';
import { readLastEvent } from '../history/log.repository.ts';
import { beginning } from '../history/log-place.ts';
import { waitForProjectorTurn } from './projection.repository.ts';
import {
  addUpParts,
  analyzeRebuilt,
  define,
  readDefinitions,
  readPartEnd,
  rebuildPart,
  replaceFigures,
  startRebuild,
} from './rebuild.repository.ts';

/** Orders of one transaction, which holds back newer events while it runs: for about a second. */
const defaultOrdersPerPart = 10_000;
/** More would only wait for the database's disk and processors. */
const partsAtOnce = 2;

export interface RebuildOptions {
  readonly ordersPerPart?: number;
}

/**
 * Makes all figures but the refusals again, from the tables and not from the log, so that it goes in large parts.
 * The old figures answer until the new ones take their place. Every part sees the orders as they are at its time, and
 * the figures go on from the event that was the last when it all began: whatever came after it is counted again, which
 * changes nothing where a part has seen it already. Returns how many parts there were.
 */
export async function rebuildFigures(
  database: Database,
  log: (message: string) => void,
  { ordersPerPart = defaultOrdersPerPart }: RebuildOptions = {},
): Promise<number> {
  // It holds the projector's turn and writes only at its end: until then it has no id, and holds back nobody's events.
  return database.transaction(async (turn) => {
    await waitForProjectorTurn(turn);
    const { place } = (await readLastEvent(database.read)) ?? beginning;
    await database.transaction(startRebuild);
    const parts = await rebuildParts(database, log, ordersPerPart);
    await database.transaction(addUpParts);
    for (const statement of await readDefinitions(database.read)) {
      await database.transaction((transaction) => define(transaction, statement));
    }
    await database.transaction(analyzeRebuilt);
    await replaceFigures(turn, place);
    return parts;
  });
}

async function rebuildParts(
  database: Database,
  log: (message: string) => void,
  ordersPerPart: number,
): Promise<number> {
  let parts = 0;
  let after: string | null = null;
  let isOver = false;
  // Whoever is free finds where the next part ends, one after the other.
  let finding: Promise<void> = Promise.resolve();
  const take = async (): Promise<{ after: string | null; to: string } | undefined> => {
    let taken: { after: string | null; to: string } | undefined;
    finding = finding.then(async () => {
      if (isOver) return;
      const to = await readPartEnd(database.read, after, ordersPerPart);
      if (to === null) return void (isOver = true);
      taken = { after, to };
      after = to;
    });
    await finding;
    return taken;
  };
  const work = async (): Promise<void> => {
    for (let part = await take(); part; part = await take()) {
      const { after: from, to } = part;
      await database.transaction((transaction) => rebuildPart(transaction, from, to));
      parts += 1;
      if (parts % 10 === 0) log(`about ${parts * ordersPerPart} orders`);
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, work));
  return parts;
}
