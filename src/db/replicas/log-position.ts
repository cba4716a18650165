/** A place in PostgreSQL's write-ahead log, which grows with every change. */
export type LogPosition = bigint;

const pageBytes = 8_192n;
const longestPageHeaderBytes = 40n;

/** Reads what PostgreSQL writes as `16/B374D848`. */
export function parseLogPosition(text: string): LogPosition {
  const [high, low] = text.split('/') as [string, string];
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * Where the last record ends. At the end of a page PostgreSQL names the place after the next page's header, where no
 * record has been written yet: a replica would never seem to get there until somebody writes.
 */
export function endOfLastRecord(insertPosition: LogPosition): LogPosition {
  const inPage = insertPosition % pageBytes;
  return inPage <= longestPageHeaderBytes ? insertPosition - inPage : insertPosition;
}
