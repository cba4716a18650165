import type { Money } from '../parts/show.ts';

export interface Kpi {
  readonly name: string;
  readonly unit: 'COUNT' | 'RATIO' | 'SECONDS';
  readonly value: number | null;
  readonly previous: number | null;
  readonly change: number | null;
}

export interface Dashboard {
  readonly asOf: string;
  readonly openCount: number;
  readonly heldCount: number;
  readonly lateCount: number;
  readonly unitsReserved: number;
  readonly backlog: readonly { readonly status: string; readonly age: string; readonly count: number }[];
  readonly kpis: readonly Kpi[] | null;
  readonly revenue: readonly { readonly value: Money; readonly previous: Money }[] | null;
}

export interface Rate {
  readonly count: number;
  readonly of: number;
  readonly rate: number | null;
}

export interface Figures {
  readonly statistics: {
    readonly daily: readonly {
      readonly day: string;
      readonly ordersCreated: number;
      readonly createdByChannel: readonly { readonly channel: string; readonly count: number }[];
      readonly onTimeShipping: Rate;
    }[];
  };
  readonly fulfillmentStatistics: {
    readonly daily: readonly { readonly day: string; readonly meanCycleSeconds: number | null }[];
  };
}

const counts = `asOf openCount heldCount lateCount unitsReserved backlog { status age count }`;
const compared = `kpis { name unit value previous change }
  revenue { value { amountMinor currency } previous { amountMinor currency } }`;

/** Who may not see statistics asks for the counts alone: one field that is refused would be an error beside the rest. */
export const dashboardQuery = (withFigures: boolean): string => `
  query Dashboard($days: Int!, $filter: FiguresFilter) {
    eventCursor
    dashboard(days: $days, filter: $filter) { ${counts} ${withFigures ? compared : ''} }
  }`;

export const dashboardSubscription = (withFigures: boolean): string => `
  subscription DashboardChanges($days: Int!, $filter: FiguresFilter, $after: String) {
    dashboardChanged(days: $days, filter: $filter, after: $after) {
      cursor dashboard { ${counts} ${withFigures ? compared : ''} }
    }
  }`;

export const figuresQuery = `query Figures($range: DayRangeInput!, $filter: FiguresFilter) {
  statistics(range: $range, filter: $filter) {
    daily { day ordersCreated createdByChannel { channel count } onTimeShipping { count of rate } }
  }
  fulfillmentStatistics(range: $range, filter: $filter) { daily { day meanCycleSeconds } }
}`;
