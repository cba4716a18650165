import type { Row, StormRow, WriterRow } from './scenarios.ts';

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

const eventColumns = [
  'live',
  'events/s',
  'deliveries/s',
  'p50 ms',
  'p99 ms',
  'most ms',
  'server µs a delivery',
  'server, of a core',
  'PostgreSQL, of a core',
  'cut off',
];

export function describeEvents(rows: readonly Row[]): string[] {
  return table(
    eventColumns,
    rows.map(({ scenario, perSecond, seconds, told, ...costs }) => [
      scenario,
      String(perSecond),
      String(Math.round(told.deliveries / seconds)),
      told.p50Ms.toFixed(1),
      told.p99Ms.toFixed(1),
      told.mostMs.toFixed(1),
      costs.serverMicroseconds.toFixed(1),
      `${costs.serverShare.toFixed(0)} %`,
      `${costs.postgresShare.toFixed(0)} %`,
      String(told.cutOff),
    ]),
  );
}

export function describeWriters(rows: readonly WriterRow[]): string[] {
  const [base] = rows;
  return table(
    ['listeners on the same server', 'orders/s', 'ratio', 'server ms an order', 'PostgreSQL ms an order'],
    rows.map(({ listeners, ordersPerSecond, serverMs, postgresMs }) => [
      listeners,
      ordersPerSecond.toFixed(0),
      (ordersPerSecond / base!.ordersPerSecond).toFixed(2),
      serverMs.toFixed(2),
      postgresMs.toFixed(2),
    ]),
  );
}

export function describeMemory({ atStart, perSocket }: { atStart: number; perSocket: number }): string[] {
  return [
    `Resident memory of the server: ${(atStart / 2 ** 20).toFixed(0)} MiB without sockets, ${(perSocket / 1024).toFixed(0)} KiB more for each socket with one subscription.`,
  ];
}

export function describeStorm({ connectedMs, liveMs, serverMs }: StormRow): string[] {
  return [
    `1,000 sockets come back at once after a restart, 300 events behind: all subscribed after ${(connectedMs / 1000).toFixed(2)} s, all live after ${(liveMs / 1000).toFixed(2)} s; ${(serverMs / 1000).toFixed(2)} s of the server's processor time since its start.`,
  ];
}
