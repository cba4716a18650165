import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole } from '../api/console-context.tsx';
import { ExportButton } from '../parts/export-button.tsx';
import { Badge, Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, goTo, Link, usePlace } from '../parts/router.tsx';
import { showCount, showMoney, showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import { BulkBar } from './bulk-bar.tsx';
import { FilterBar } from './filter-bar.tsx';
import { readFilter, readSort } from './order-filters.ts';
import type { OrderRow } from './orders.operations.ts';
import { useOrders } from './use-orders.ts';

/** The list. All that is chosen stands in the address: it can be kept, sent, and gone back to. */
export function OrdersPage() {
  const { session } = useConsole();
  const chosen = new URLSearchParams(usePlace().search);
  const filter = readFilter(chosen, session.user.id);
  const sort = readSort(chosen);
  const { rows, next, failure, total, newCount, more, reload } = useOrders(filter, sort);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const mayBulk = session.user.role === 'ORDER_MANAGER';
  const choose = (name: string, value: string): void => {
    const changed = new URLSearchParams(location.search);
    if (value === '') changed.delete(name);
    else changed.set(name, value);
    setSelected(new Set());
    goTo(`${location.pathname}?${changed}`, { replace: true });
  };
  const toggle = (id: string): void => {
    const changed = new Set(selected);
    if (!changed.delete(id)) changed.add(id);
    setSelected(changed);
  };
  return (
    <div class="orders">
      <div class="heading">
        <h1>{text.orders.title}</h1>
        {total !== undefined && <span class="muted">{text.orders.count(showCount(total))}</span>}
        {newCount > 0 && (
          <button type="button" onClick={reload}>
            {text.orders.changed(newCount)}
          </button>
        )}
        <ExportButton name="orders" label={text.exports.orders} asked={{ filter, sort }} />
        <span class="muted keys">{text.orders.keys}</span>
      </div>
      <FilterBar chosen={chosen} choose={choose} clear={() => goTo(location.pathname, { replace: true })} />
      {mayBulk && selected.size > 0 && (
        <BulkBar orderIds={[...selected]} clear={() => setSelected(new Set())} />
      )}
      {failure !== undefined && <Failure message={failure} retry={reload} />}
      {!rows && failure === undefined && <Loading />}
      {rows?.length === 0 && <Empty>{text.orders.none}</Empty>}
      {rows && rows.length > 0 && (
        <OrdersTable
          rows={rows}
          selected={selected}
          toggle={toggle}
          selectAll={(all) => setSelected(new Set(all ? rows.map(({ id }) => id) : []))}
          maySelect={mayBulk}
        />
      )}
      {next !== null && <More more={more} />}
    </div>
  );
}

interface TableProps {
  readonly rows: readonly OrderRow[];
  readonly selected: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly selectAll: (all: boolean) => void;
  readonly maySelect: boolean;
}

function OrdersTable({ rows, selected, toggle, selectAll, maySelect }: TableProps) {
  const { columns } = text.orders;
  const pressed = (event: KeyboardEvent): void => {
    const row = (event.target as HTMLElement).closest('tr');
    if (!row) return;
    if (event.key === 'x' && maySelect) return toggle(row.dataset['id']!);
    const by = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    const link = by?.querySelector('a');
    if (!link) return;
    event.preventDefault();
    link.focus();
  };
  // The roles are those that the elements have by themselves, until the style of a hand-held lays them out otherwise.
  return (
    <div class="table-frame">
      <table class="list" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {maySelect && (
              <th scope="col" role="columnheader" class="select">
                <input
                  type="checkbox"
                  aria-label={text.orders.selectAll}
                  checked={rows.every(({ id }) => selected.has(id))}
                  onChange={({ currentTarget }) => selectAll(currentTarget.checked)}
                />
              </th>
            )}
            <th scope="col" role="columnheader" class="reference">
              {columns.number}
            </th>
            <th scope="col" role="columnheader" class="wide-only">
              {columns.createdAt}
            </th>
            <th scope="col" role="columnheader" class="wide-only">
              {columns.channel}
            </th>
            <th scope="col" role="columnheader" class="wide-only">
              {columns.customer}
            </th>
            <th scope="col" role="columnheader" class="states">
              {columns.status}
            </th>
            <th scope="col" role="columnheader" class="wide-only">
              {columns.payment}
            </th>
            <th scope="col" role="columnheader" class="wide-only">
              {columns.fulfillment}
            </th>
            <th scope="col" role="columnheader" class="number">
              {columns.total}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup" onKeyDown={pressed}>
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              isSelected={selected.has(row.id)}
              toggle={maySelect ? toggle : undefined}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly row: OrderRow;
  readonly isSelected: boolean;
  readonly toggle: ((id: string) => void) | undefined;
}

function Row({ row, isSelected, toggle }: RowProps) {
  const isUrgent = row.priority === 'HIGH' || row.priority === 'URGENT';
  return (
    <tr role="row" data-id={row.id} data-selected={isSelected}>
      {toggle && (
        <td role="cell" class="select">
          <input
            type="checkbox"
            aria-label={text.orders.select(row.number)}
            checked={isSelected}
            onChange={() => toggle(row.id)}
          />
        </td>
      )}
      <td role="cell" class="reference">
        <Link to={addressOf('orders', row.id)}>{row.number}</Link>
      </td>
      <td role="cell" class="wide-only">
        {showTime(row.createdAt)}
      </td>
      <td role="cell" class="wide-only">
        {text.channel[row.channel]}
      </td>
      <td role="cell" class="wide-only">
        {row.customer?.company ?? row.customer?.name}
      </td>
      <td role="cell" class="states">
        <Badge kind={row.status}>{text.orderStatus[row.status]}</Badge>{' '}
        {row.heldAt !== null && <Badge kind="held">{text.warehouse.held}</Badge>}{' '}
        {isUrgent && <Badge kind={row.priority}>{text.priority[row.priority]}</Badge>}
      </td>
      <td role="cell" class="wide-only">
        {text.paymentState[row.paymentState]}
      </td>
      <td role="cell" class="wide-only">
        {text.fulfillmentState[row.fulfillmentState]}
      </td>
      <td role="cell" class="number">
        {row.total && showMoney(row.total)}
      </td>
    </tr>
  );
}

/** Reads on before the end is reached; a button for who comes there with the keyboard. */
function More({ more }: { more: () => Promise<void> }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void more();
      },
      { rootMargin: '600px' },
    );
    watcher.observe(button.current!);
    return () => watcher.disconnect();
  }, [more]);
  return (
    <button ref={button} type="button" onClick={() => void more()}>
      {text.orders.more}
    </button>
  );
}
