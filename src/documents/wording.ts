import type { Papers } from './document.repository.ts';
import { missingMark } from './printable.ts';

/** To whom it goes, line by line as it is written on a parcel; nothing where no address is known (any more). */
export function addressLines({
  shippingAddress: address,
  contactName,
  customerName,
  customerCompany,
}: Papers): string[] {
  if (!address) return [];
  const { name, company, line1, line2, city, region, postalCode, country } = address;
  const person = name ?? contactName ?? customerName;
  const town = [postalCode, city].filter(Boolean).join(' ');
  const lines = [person, company ?? customerCompany, line1, line2, town, region, country];
  return lines.filter((line, index) => line && line !== lines[index - 1]) as string[];
}

/** The day of a time, as the database gives it: in UTC, and so the same on every paper. */
export function day(time: string): string {
  return time.slice(0, 10);
}

/** Why the goods must not leave, however finished the paper looks. */
export function stopNotice({ status, heldAt }: Papers): string | null {
  if (status === 'cancelled') return 'CANCELLED - DO NOT SHIP';
  return heldAt === null ? null : 'ON HOLD - DO NOT SHIP';
}

export const lettersMissingNote = `${missingMark} stands for a letter that cannot be printed here: the order on the screen has it.`;
