/** A moment with all six places of its seconds, so that texts compare as the moments do. */
export function sixPlaces(instant: string): string {
  const [seconds, fraction = ''] = instant.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}
