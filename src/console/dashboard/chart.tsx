import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { showCount, showDay } from '../parts/show.ts';
import { text } from '../text.ts';

export interface Series {
  readonly label: string;
  /** The name of a colour among the tokens. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  readonly days: readonly string[];
  readonly series: readonly Series[];
  /** Bars stand upon each other; a line is one for each series. */
  readonly kind: 'bars' | 'line';
  readonly show?: (value: number) => string;
  readonly maximum?: number;
}

const height = 190;
const daySeconds = 86_400;

/** A picture of figures a day, with the same figures as a table for whoever cannot see it. */
export function Chart({ title, days, series, kind, show = showCount, maximum }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const element = place.current!;
    const drawn = kind === 'bars' ? stacked(series) : series;
    const colourOf = (name: string): string => colour(element, name);
    const axis = {
      stroke: colourOf('--muted'),
      grid: { stroke: colourOf('--line'), width: 1 },
      ticks: { show: false },
    };
    const times = days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        // The days are days in UTC, and are drawn as such.
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          // Half a day more at both ends, so that the first and the last bar are whole.
          x: { range: (_plot, first, last) => [first - daySeconds / 2, last + daySeconds / 2] },
          y: { range: (_plot, _low, high) => [0, maximum ?? Math.max(high * 1.1, 1)] },
        },
        axes: [
          {
            ...axis,
            size: 32,
            grid: { show: false },
            values: (_plot, ticks) => ticks.map((tick) => showDay(dayOf(tick))),
          },
          { ...axis, size: 56, values: (_plot, ticks) => ticks.map(show) },
        ],
        series: [
          {},
          ...drawn.map(({ label, colour: name }) => ({
            label,
            stroke: colourOf(name),
            width: kind === 'line' ? 2 : 0,
            spanGaps: true,
            ...(kind === 'bars' && {
              fill: colourOf(name),
              points: { show: false },
              paths: uPlot.paths.bars!({ size: [0.7, 40] }),
            }),
          })),
        ],
      },
      [times, ...drawn.map(({ values }) => [...values])],
      element,
    );
    const watcher = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      plot.destroy();
    };
  }, [days, series, kind, maximum, theme]);
  return (
    <figure class="panel chart">
      <figcaption>
        <span>{title}</span>
        {series.length > 1 && (
          <span class="legend">
            {series.map(({ label, colour: name }) => (
              <span key={label} class={`key ${name.slice(2)}`}>
                {label}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div ref={place} role="img" aria-label={title} />
      <details>
        <summary>{text.dashboard.asTable}</summary>
        <div class="scrolled" tabIndex={0} role="region" aria-label={title}>
          <FiguresTable days={days} series={series} show={show} />
        </div>
      </details>
    </figure>
  );
}

function FiguresTable({
  days,
  series,
  show,
}: {
  days: readonly string[];
  series: readonly Series[];
  show: (value: number) => string;
}) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{text.dashboard.day}</th>
          {series.map(({ label }) => (
            <th key={label} scope="col" class="number">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day, index) => (
          <tr key={day}>
            <th scope="row">{showDay(day)}</th>
            {series.map(({ label, values }) => {
              const value = values[index];
              return (
                <td key={label} class="number">
                  {value === null || value === undefined ? text.state.none : show(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Sums from the first series up, the highest first: each is drawn over the one before. */
function stacked(series: readonly Series[]): readonly Series[] {
  const sums: Series[] = [];
  for (const one of series) {
    const below = sums.at(-1)?.values;
    sums.push({ ...one, values: one.values.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)) });
  }
  return sums.reverse();
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** A canvas takes no variables, and none of the colours that depend on light and dark: the browser tells what it is. */
function colour(element: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function useTheme(): boolean {
  const [isDark, setIsDark] = useState(matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setIsDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isDark;
}
