/** How far an order of the sample got, in order. */
export const stages = [
  'created',
  'confirmed',
  'pickingStarted',
  'pickingCompleted',
  'packingStarted',
  'packingCompleted',
  'shipped',
  'delivered',
  'completed',
] as const;
export type Stage = (typeof stages)[number];
export type Ending = 'cancelled' | 'returnRequested' | 'returned' | 'refunded';

export interface Scenario {
  readonly reaches: Stage;
  readonly endsAs?: Ending;
  readonly paid: boolean;
  /** Between these two ages, in hours; never so young that a stage would lie in the future. */
  readonly ageHours: readonly [youngest: number, oldest: number];
  readonly heldBecause?: string;
  /** Promised for the past, and not shipped yet. */
  readonly late?: true;
  /** One line could not be picked in full. */
  readonly short?: true;
  readonly paymentFailed?: true;
}

/** The orders of the sample take these in turn, so that every state is there several times. */
export const scenarios: readonly Scenario[] = [
  { reaches: 'completed', paid: true, ageHours: [210, 650] },
  { reaches: 'created', paid: false, ageHours: [1, 20] },
  { reaches: 'confirmed', paid: true, ageHours: [2, 40] },
  { reaches: 'shipped', paid: true, ageHours: [80, 100] },
  { reaches: 'pickingStarted', paid: true, ageHours: [5, 40] },
  { reaches: 'created', paid: true, ageHours: [1, 12] },
  { reaches: 'completed', endsAs: 'returned', paid: true, ageHours: [420, 640] },
  { reaches: 'packingCompleted', paid: true, ageHours: [6, 44] },
  { reaches: 'delivered', paid: true, ageHours: [150, 250] },
  { reaches: 'confirmed', paid: true, ageHours: [55, 90], late: true },
  { reaches: 'completed', paid: true, ageHours: [210, 650] },
  {
    reaches: 'confirmed',
    paid: true,
    ageHours: [4, 40],
    heldBecause: 'The address has to be checked with the customer.',
  },
  { reaches: 'created', endsAs: 'cancelled', paid: false, ageHours: [30, 300] },
  { reaches: 'packingStarted', paid: true, ageHours: [6, 40] },
  { reaches: 'completed', endsAs: 'refunded', paid: true, ageHours: [420, 650] },
  { reaches: 'created', paid: false, ageHours: [60, 90], late: true, paymentFailed: true },
  { reaches: 'shipped', paid: false, ageHours: [80, 110] },
  { reaches: 'confirmed', paid: false, ageHours: [2, 30] },
  { reaches: 'completed', paid: true, ageHours: [210, 650] },
  { reaches: 'pickingCompleted', paid: true, ageHours: [6, 40], short: true },
  { reaches: 'delivered', paid: true, ageHours: [150, 250], short: true },
  { reaches: 'confirmed', endsAs: 'cancelled', paid: true, ageHours: [30, 300] },
  { reaches: 'pickingStarted', paid: true, ageHours: [52, 80], late: true },
  { reaches: 'created', paid: false, ageHours: [3, 30], heldBecause: 'Credit limit: waits for accounting.' },
  { reaches: 'delivered', endsAs: 'returnRequested', paid: true, ageHours: [210, 400] },
  { reaches: 'completed', paid: true, ageHours: [210, 650] },
];

/** In the shop the goods go over the counter at once. */
export const shopScenario: Scenario = { reaches: 'completed', paid: true, ageHours: [1, 600] };

const shippedAfterHours = [20, 27, 44, 70];

/** Hours from the order to the stage. The place in the sample makes some orders faster than others. */
export function stageHours(stage: Stage, place: number): number {
  const shipped = shippedAfterHours[place % shippedAfterHours.length]!;
  const slower = 1 + (place % 5) / 10;
  const hours: Readonly<Record<Stage, number>> = {
    created: 0,
    confirmed: 0.5 * slower,
    pickingStarted: 3 * slower,
    pickingCompleted: 3.4 * slower,
    packingStarted: 3.6 * slower,
    packingCompleted: 3.9 * slower,
    shipped,
    delivered: shipped + 40,
    completed: shipped + 90,
  };
  return hours[stage];
}

/** Hours from the last stage to the steps of an ending. */
export const endingHours = { cancelled: 2, returnRequested: 24, returned: 120, refunded: 125 } as const;
export const promisedAfterHours = { normally: 48, late: 24 } as const;

export const internalNotes = [
  'Called the customer, will ring back tomorrow.',
  'Pack the glass in a box of its own.',
  'Second order this week; ship them together if possible.',
  'The courier wants this before three in the afternoon.',
];
export const publicNotes = [
  'Please leave it with the neighbours if nobody is in.',
  'Could you tell me when this will arrive?',
  'A gift: please do not put the invoice into the parcel.',
];
export const priorities = ['normal', 'normal', 'high', 'normal', 'low', 'normal', 'urgent'] as const;
export const tagSets = [[], ['gift'], [], ['fragile'], [], [], ['vip', 'gift'], []];
