import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importNorthwind } from '../../src/import/northwind/import-northwind.ts';
import { hasSources, northwindFolder, silent } from '../import/sources.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { countEverything } from './count-everything.ts';
import { expectDocumentedFigures } from './documented.ts';

const daySeconds = 86_400;
const all = { from: '1996-01-01', to: '1998-12-31', channel: null, locationCode: null };

describe.skipIf(!hasSources)('Northwind', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await importNorthwind(server.database, northwindFolder, silent);
    await countEverything(server.database);
  });
  afterAll(() => server.stop());

  test('its known facts come out of the figures', async () => {
    const figures = await expectDocumentedFigures(server.as.order_manager, server.databaseUrl, all);
    expect(figures.ordersCreated).toBe(830);
    expect(figures.onTimeShipping).toEqual({ count: 772, of: 809, rate: 772 / 809 });
    const { count, meanSeconds, medianSeconds, ninetiethPercentileSeconds } = figures.processingTime;
    expect(count).toBe(809);
    expect((meanSeconds / daySeconds).toFixed(2)).toBe('8.49');
    expect(medianSeconds).toBe(7 * daySeconds);
    expect(ninetiethPercentileSeconds).toBe(18 * daySeconds);
    expect(figures.revenue).toEqual([{ currency: 'USD', amountMinor: 126_579_329 + 6_494_269 }]);
  });

  test.each([
    ['1997-01-01', '1997-12-31'],
    ['1997-01-31', '1997-02-01'],
    ['1996-12-15', '1997-03-14'],
    ['1998-02-28', '1998-02-28'],
    ['1996-07-02', '1998-05-30'],
  ])('from %s to %s', async (from, to) => {
    await expectDocumentedFigures(server.as.order_manager, server.databaseUrl, { ...all, from, to });
  });

  test('of a channel without orders', async () => {
    const asked = { ...all, channel: 'ecommerce' };
    const figures = await expectDocumentedFigures(server.as.order_manager, server.databaseUrl, asked);
    expect(figures.processingTime).toEqual({
      count: 0,
      meanSeconds: null,
      medianSeconds: null,
      ninetiethPercentileSeconds: null,
    });
    expect(figures.completion).toEqual({ count: 0, of: 0, rate: null });
  });
});
