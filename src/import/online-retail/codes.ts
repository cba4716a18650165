/** What a stock code stands for. */
export type CodeKind = 'goods' | 'charge' | 'carriage' | 'ownFee';

/** The codes of the source that are no goods; every other code is. */
const otherCodes: Readonly<Record<string, CodeKind>> = {
  POST: 'carriage',
  DOT: 'carriage',
  C2: 'carriage',
  M: 'charge',
  D: 'charge',
  S: 'charge',
  'BANK CHARGES': 'ownFee',
  AMAZONFEE: 'ownFee',
  CRUK: 'ownFee',
  B: 'ownFee',
};

const voucher = /^GIFT_\d+_\d+$/;

/** Takes the code in capitals. */
export function kindOfCode(code: string): CodeKind {
  return otherCodes[code] ?? (voucher.test(code) ? 'charge' : 'goods');
}
