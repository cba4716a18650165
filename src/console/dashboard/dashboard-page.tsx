import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useConsole } from '../api/console-context.tsx';
import { ExportButton } from '../parts/export-button.tsx';
import { Failure, Loading } from '../parts/parts.tsx';
import { goTo, Link, usePlace } from '../parts/router.tsx';
import { showClock, showCount, showDuration, showMoney, showPercent } from '../parts/show.ts';
import { useAsked } from '../parts/use-asked.ts';
import { text } from '../text.ts';
import { locationsQuery } from '../warehouse/warehouse.operations.ts';
import { Chart } from './chart.tsx';
import { figuresQuery, type Dashboard, type Figures, type Kpi } from './dashboard.operations.ts';
import { useDashboard } from './use-dashboard.ts';

const periods = [7, 30, 90];
const channels = ['WHOLESALE', 'RETAIL_POS', 'ECOMMERCE'];
const channelColours: Record<string, string> = {
  WHOLESALE: '--series-1',
  RETAIL_POS: '--series-2',
  ECOMMERCE: '--series-3',
};
const ages = ['TODAY', 'ONE_TO_TWO_DAYS', 'THREE_TO_SIX_DAYS', 'ONE_WEEK', 'TWO_WEEKS_OR_MORE'];
const noVariables = {};
const secondsInHour = 3_600;
const redrawMs = 30_000;

/** How it stands now, and against the period before. The period and the filters are kept in the address. */
export function DashboardPage() {
  const { session } = useConsole();
  const chosen = new URLSearchParams(usePlace().search);
  const days = Number(chosen.get('days') ?? 30);
  const filter = Object.fromEntries(
    ['channel', 'locationCode'].flatMap((name) => (chosen.get(name) ? [[name, chosen.get(name)!]] : [])),
  );
  const maySeeFigures = session.user.role === 'ORDER_MANAGER';
  const { dashboard, failure, reload } = useDashboard(days, filter, maySeeFigures);
  return (
    <div class="dashboard">
      <div class="heading">
        <h1>{text.dashboard.title}</h1>
        {dashboard && <span class="muted">{text.dashboard.asOf(showClock(dashboard.asOf))}</span>}
        <Choices chosen={chosen} days={days} />
      </div>
      {failure !== undefined && <Failure message={failure} retry={reload} />}
      {!dashboard && failure === undefined && <Loading />}
      {dashboard && <Now dashboard={dashboard} />}
      {dashboard?.kpis && <Compared kpis={dashboard.kpis} revenue={dashboard.revenue ?? []} />}
      <div class="charts">
        {maySeeFigures && <Charts days={days} filter={filter} asOf={dashboard?.asOf} />}
        {dashboard && <Backlog backlog={dashboard.backlog} />}
      </div>
    </div>
  );
}

function Choices({ chosen, days }: { chosen: URLSearchParams; days: number }) {
  const { data } = useAsked<{ stockLocations: { code: string; name: string }[] }>(
    locationsQuery,
    noVariables,
  );
  const choose = (name: string, value: string): void => {
    const next = new URLSearchParams(chosen);
    if (value === '') next.delete(name);
    else next.set(name, value);
    goTo(`${location.pathname}?${next}`, { replace: true });
  };
  return (
    <div class="choosing">
      <label>
        {text.dashboard.period}
        <select value={days} onChange={({ currentTarget }) => choose('days', currentTarget.value)}>
          {periods.map((period) => (
            <option key={period} value={period}>
              {text.dashboard.days(period)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {text.dashboard.channel}
        <select
          value={chosen.get('channel') ?? ''}
          onChange={({ currentTarget }) => choose('channel', currentTarget.value)}
        >
          <option value="">{text.dashboard.all}</option>
          {channels.map((channel) => (
            <option key={channel} value={channel}>
              {text.channel[channel]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {text.dashboard.location}
        <select
          value={chosen.get('locationCode') ?? ''}
          onChange={({ currentTarget }) => choose('locationCode', currentTarget.value)}
        >
          <option value="">{text.dashboard.all}</option>
          {data?.stockLocations.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Now({ dashboard }: { dashboard: Dashboard }) {
  const open = '/console/orders?status=PENDING,CONFIRMED,PROCESSING,PACKED';
  const tiles = [
    { name: text.dashboard.open, value: dashboard.openCount, to: open },
    { name: text.dashboard.held, value: dashboard.heldCount, to: '/console/orders?onHold=true' },
    { name: text.dashboard.late, value: dashboard.lateCount, to: '/console/orders?late=true' },
    { name: text.dashboard.reserved, value: dashboard.unitsReserved },
  ];
  return (
    <section class="tiles" aria-label={text.dashboard.now}>
      {tiles.map(({ name, value, to }) => (
        <div class="tile" key={name} data-tile={name}>
          <span class="muted">{name}</span>
          <span class="value">{to ? <Link to={to}>{showCount(value)}</Link> : showCount(value)}</span>
        </div>
      ))}
    </section>
  );
}

function Compared({ kpis, revenue }: { kpis: readonly Kpi[]; revenue: NonNullable<Dashboard['revenue']> }) {
  return (
    <section class="tiles" aria-label={text.dashboard.figures}>
      {kpis.map((kpi) => (
        <Tile
          key={kpi.name}
          name={text.dashboard.kpi[kpi.name] ?? kpi.name}
          value={showFigure(kpi, kpi.value)}
          previous={showFigure(kpi, kpi.previous)}
          change={kpi.change}
        />
      ))}
      {revenue.map(({ value, previous }) => (
        <Tile
          key={value.currency}
          name={text.dashboard.revenue(value.currency)}
          value={showMoney(value)}
          previous={showMoney(previous)}
          change={previous.amountMinor === 0 ? null : value.amountMinor / previous.amountMinor - 1}
        />
      ))}
    </section>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly previous: string;
  readonly change: number | null;
}

function Tile({ name, value, previous, change }: TileProps) {
  return (
    <div class="tile" data-tile={name}>
      <span class="muted">{name}</span>
      <span class="value">{value}</span>
      <span class="muted">
        {change !== null && (
          <strong>
            {change > 0 ? '▲' : change < 0 ? '▼' : '='} {showPercent(Math.abs(change))}{' '}
          </strong>
        )}
        {text.dashboard.before(previous)}
      </span>
    </div>
  );
}

function showFigure({ unit }: Kpi, value: number | null): string {
  if (value === null) return text.state.none;
  if (unit === 'RATIO') return showPercent(value);
  return unit === 'SECONDS' ? showDuration(value) : showCount(value);
}

interface ChartsProps {
  readonly days: number;
  readonly filter: Readonly<Record<string, string>>;
  /** Changes with every change of the figures. */
  readonly asOf: string | undefined;
}

function Charts({ days, filter, asOf }: ChartsProps) {
  const range = { from: dayBefore(days - 1), to: dayBefore(0) };
  const { data, failure, reload } = useAsked<Figures>(figuresQuery, { range, filter });
  const loadedAt = useRef(Date.now());
  useEffect(() => {
    loadedAt.current = Date.now();
  }, [data]);
  // Pictures of days need not follow every order.
  useEffect(() => {
    if (Date.now() - loadedAt.current > redrawMs) reload();
  }, [asOf, reload]);
  const charts = useMemo(() => data && chartsOf(data), [data]);
  if (failure !== undefined) return <Failure message={failure} retry={reload} />;
  if (!charts) return <Loading />;
  return (
    <>
      <Chart title={text.dashboard.ordersADay} days={charts.days} series={charts.orders} kind="bars" />
      <Chart title={text.dashboard.cycleTime} days={charts.days} series={charts.cycleTime} kind="line" />
      <Chart
        title={text.dashboard.onTime}
        days={charts.days}
        series={charts.onTime}
        kind="line"
        show={showPercent}
        maximum={1}
      />
      <div class="choosing">
        <ExportButton name="statistics" label={text.exports.statistics} asked={{ range, filter }} />
        <ExportButton
          name="fulfillment-statistics"
          label={text.exports.warehouse}
          asked={{ range, filter }}
        />
      </div>
    </>
  );
}

function chartsOf({ statistics, fulfillmentStatistics }: Figures) {
  const { daily } = statistics;
  return {
    days: daily.map(({ day }) => day),
    orders: channels.map((channel) => ({
      label: text.channel[channel]!,
      colour: channelColours[channel]!,
      values: daily.map(
        ({ createdByChannel }) => createdByChannel.find((one) => one.channel === channel)?.count ?? 0,
      ),
    })),
    cycleTime: [
      {
        label: text.dashboard.cycleTime,
        colour: '--series-1',
        values: fulfillmentStatistics.daily.map(({ meanCycleSeconds }) =>
          meanCycleSeconds === null ? null : Math.round((meanCycleSeconds / secondsInHour) * 10) / 10,
        ),
      },
    ],
    onTime: [
      {
        label: text.dashboard.onTime,
        colour: '--series-1',
        values: daily.map(({ onTimeShipping }) => onTimeShipping.rate),
      },
    ],
  };
}

/** The figures are by days in UTC. */
const dayBefore = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

function Backlog({ backlog }: { backlog: Dashboard['backlog'] }) {
  const countOf = (age: string): number =>
    backlog.reduce((sum, entry) => sum + (entry.age === age ? entry.count : 0), 0);
  const highest = Math.max(1, ...ages.map(countOf));
  return (
    <div class="panel chart">
      <table class="bars">
        <caption>{text.dashboard.backlog}</caption>
        <thead>
          <tr>
            <th scope="col">{text.dashboard.ages}</th>
            <th scope="col" colSpan={2}>
              {text.dashboard.orders}
            </th>
          </tr>
        </thead>
        <tbody>
          {ages.map((age) => (
            <tr key={age}>
              <th scope="row">{text.dashboard.age[age]}</th>
              <td class="number">{showCount(countOf(age))}</td>
              <td class="bar-cell" aria-hidden="true">
                <div class="bar" style={{ width: `${(countOf(age) / highest) * 100}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
