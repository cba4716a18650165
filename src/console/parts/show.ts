export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  let format = moneyFormats.get(currency);
  if (!format) {
    format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
    moneyFormats.set(currency, format);
  }
  return format;
}

/** How many minor units a major one has, by the currency. */
const minorIn = (currency: string): number =>
  10 ** formatOf(currency).resolvedOptions().maximumFractionDigits!;

/** By the viewer's locale, with as many decimals as the currency has. */
export const showMoney = ({ amountMinor, currency }: Money): string =>
  formatOf(currency).format(amountMinor / minorIn(currency));

export const minorOf = (amount: number, currency: string): number => Math.round(amount * minorIn(currency));

const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const countFormat = new Intl.NumberFormat();
const percentFormat = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

/** In the viewer's own time zone. */
export const showTime = (time: string): string => timeFormat.format(new Date(time));
export const showClock = (time: string): string => clockFormat.format(new Date(time));
/** A day of the figures, which are days in UTC. */
export const showDay = (day: string): string => dayFormat.format(new Date(`${day}T00:00:00Z`));
export const showCount = (count: number): string => countFormat.format(count);
export const showPercent = (ratio: number): string => percentFormat.format(ratio);

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

export function showDuration(seconds: number): string {
  const [unit, size] = units.find(([, unitSeconds]) => seconds >= unitSeconds * 1.5) ?? units[3];
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, maximumFractionDigits: 1 }).format(
    seconds / size,
  );
}

const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

export function showAgo(time: string, nowMs: number): string {
  const seconds = (Date.parse(time) - nowMs) / 1000;
  const [unit, size] = units.find(([, unitSeconds]) => Math.abs(seconds) >= unitSeconds) ?? units[2];
  return relativeFormat.format(Math.round(seconds / size), unit === 'second' ? 'minute' : unit);
}

/** A moment as a field for date and time has it: in the viewer's own time zone, to the minute. */
export function fieldOfTime(time: string | null): string {
  if (time === null) return '';
  const moment = new Date(time);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export const timeOfField = (value: string): string => new Date(value).toISOString();
