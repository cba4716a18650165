import { Counter, type Registry } from 'prom-client';
import { releaseExpiredOfOrder } from '../reservations/commands/release-expired-reservations.ts';
import type { UserErrorCode } from '../shared/error-catalogue.ts';
import type { CommandReport } from '../write/command-report.ts';

const noStock: UserErrorCode = 'INSUFFICIENT_STOCK';

/** What the one write path tells of. */
export class CommandMetrics {
  private readonly commands: Counter;
  private readonly refusals: Counter;
  private readonly oversellRefusals: Counter;
  private readonly expiredOrders: Counter;
  private readonly expiredUnits: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.commands = new Counter({
      name: 'orders_commands_total',
      help: 'Commands of the write path by outcome: `done`, `replayed` (answered from its idempotency key), `refused` (userErrors), `failed` (a fault). Rows of a bulk mutation count one each, dry runs not at all.',
      labelNames: ['command', 'outcome'],
      registers,
    });
    this.refusals = new Counter({
      name: 'orders_command_refusals_total',
      help: 'Refused commands by code of docs/errors.md; a command that is refused with several codes counts under each.',
      labelNames: ['command', 'code'],
      registers,
    });
    this.oversellRefusals = new Counter({
      name: 'orders_oversell_refusals_total',
      help: 'Commands refused because less was in stock than was asked for: sales that would have been oversold.',
      registers,
    });
    this.expiredOrders = new Counter({
      name: 'orders_reservations_expired_orders_total',
      help: 'Orders of which reservations past their time were released, or which were cancelled by it.',
      registers,
    });
    this.expiredUnits = new Counter({
      name: 'orders_reservations_expired_units_total',
      help: 'Units given back to stock because their reservation was past its time.',
      registers,
    });
  }

  readonly commandEnded = (report: CommandReport): void => {
    const { command, outcome } = report;
    this.commands.inc({ command, outcome });
    if (outcome === 'refused') this.countRefusal(command, new Set(report.codes));
    if (outcome === 'done' && command === releaseExpiredOfOrder.name) this.countExpired(report.result);
  };

  private countRefusal(command: string, codes: ReadonlySet<UserErrorCode>): void {
    for (const code of codes) this.refusals.inc({ command, code });
    if (codes.has(noStock)) this.oversellRefusals.inc();
  }

  /** The mutation of that name ends with a command that sums up; only those of single orders have an order. */
  private countExpired({ orderId, units, cancelled }: Record<string, unknown>): void {
    if (typeof orderId !== 'string' || (units === 0 && cancelled === false)) return;
    this.expiredOrders.inc();
    this.expiredUnits.inc(Number(units));
  }
}
