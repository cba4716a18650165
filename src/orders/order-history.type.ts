import { Field, ID, Int, ObjectType } from 'type-graphql';
import { enumType } from '../graphql/enum-type.ts';
import type { HistoryBreakReason as HistoryBreakReasonValue } from '../history/verify-history.repository.ts';

export const HistoryBreakReason = enumType<HistoryBreakReasonValue>(
  'HistoryBreakReason',
  'How a chain of history shows that it was changed.',
  {
    entry_changed: 'The entry, or the one before it, is not what was written, or not in its place.',
    entry_missing: 'One or more entries before this one are gone.',
    entry_inserted: 'There are two entries in this place.',
    origin_changed: 'The address or program that it was done with is not what was written.',
    end_missing: 'One or more entries at the end are gone.',
    end_changed: 'The chain ends elsewhere than it did when its last entry was written.',
    head_missing: 'It is not on record where the chain ends, so its end cannot be trusted.',
  },
);

@ObjectType({ description: 'Where the history of an order first differs from what was written.' })
export class HistoryBreak {
  @Field(() => ID, { simple: true, description: 'The order’s id.' })
  orderId!: string;
  @Field(() => ID, {
    simple: true,
    nullable: true,
    description: 'The entry at which it shows; null where it shows at the end.',
  })
  entryId!: string | null;
  @Field(() => Int, {
    simple: true,
    nullable: true,
    description: 'Its place in the order’s chain, from 1; null where it cannot be said.',
  })
  place!: number | null;
  @Field(() => HistoryBreakReason, { simple: true, description: 'How it shows.' })
  reason!: HistoryBreakReasonValue;
}

@ObjectType({ description: 'What was found when the hash chains of some orders were computed anew.' })
export class HistoryVerification {
  @Field(() => Boolean, { simple: true, description: 'True when every chain that was checked holds.' })
  isIntact!: boolean;
  @Field(() => Int, { simple: true, description: 'Orders whose chain was checked.' })
  ordersChecked!: number;
  @Field(() => Int, { simple: true, description: 'Entries that were checked.' })
  entriesChecked!: number;
  @Field(() => [HistoryBreak], {
    simple: true,
    description: 'The first break of each order that has one, oldest order first.',
  })
  breaks!: HistoryBreak[];
  @Field(() => Boolean, { simple: true, description: 'True when there are more orders to check.' })
  hasNextPage!: boolean;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Give it as `after` to go on with the next orders.',
  })
  endCursor!: string | null;
}
