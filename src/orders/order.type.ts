import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';
import {
  Channel,
  FulfillmentState,
  OrderHistoryAction,
  OrderPriority,
  OrderStatus,
  PaymentState,
} from './order.enums.type.ts';

@ObjectType({ description: 'A postal address.' })
export class PostalAddress {
  @Field(() => String, { simple: true, nullable: true, description: 'Who receives it.' })
  name!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'The company, if any.' })
  company!: string | null;
  @Field(() => String, { simple: true, description: 'Street and number.' })
  line1!: string;
  @Field(() => String, { simple: true, nullable: true, description: 'Floor, unit, building.' })
  line2!: string | null;
  @Field(() => String, { simple: true, description: 'City.' })
  city!: string;
  @Field(() => String, { simple: true, nullable: true, description: 'State, province or county.' })
  region!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'Postal code.' })
  postalCode!: string | null;
  @Field(() => String, { simple: true, description: 'Country, as the channel gave it.' })
  country!: string;
}

@ObjectType({ description: 'How a guest can be reached. Masked for the warehouse.' })
export class Contact {
  @Field(() => String, { simple: true, nullable: true, description: 'The guest’s name.' })
  name!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'Where e-mails about the order go.' })
  email!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'The guest’s telephone number.' })
  phone!: string | null;
}

@ObjectType({ description: 'An order from any channel, with everything that belongs to it.' })
export class Order {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'For people, unique: ORD-YYYYMMDD-XXXX.' })
  number!: string;
  @Field(() => Channel, { simple: true, description: 'Where the order was placed.' })
  channel!: Channel;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'The order’s key in the shop it came from; unique per channel.',
  })
  externalReference!: string | null;
  @Field(() => OrderStatus, { simple: true, description: 'Where the order stands.' })
  status!: OrderStatus;
  @Field(() => DateTime, {
    simple: true,
    nullable: true,
    description:
      'When the finished order went to the archive, where it can be read and no longer changed; null before.',
  })
  archivedAt!: string | null;
  @Field(() => PaymentState, { simple: true, description: 'Derived from payments and refunds.' })
  paymentState!: PaymentState;
  @Field(() => FulfillmentState, { simple: true, description: 'Derived from the units shipped.' })
  fulfillmentState!: FulfillmentState;
  @Field(() => String, { simple: true, description: 'ISO 4217 code of every amount of the order.' })
  currency!: string;
  @Field(() => OrderPriority, { simple: true, description: 'Higher ones are picked first.' })
  priority!: OrderPriority;
  @Field(() => [String], { simple: true, description: 'Free labels.' })
  tags!: string[];
  @Field(() => String, { simple: true, nullable: true, description: 'Why the order was cancelled.' })
  cancelReason!: string | null;
  @Field(() => DateTime, {
    simple: true,
    nullable: true,
    description: 'Since when it is on hold; null when not.',
  })
  heldAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When shipping was promised for.' })
  promisedShipAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it was confirmed.' })
  confirmedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When the first picking started.' })
  processingStartedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When everything was packed.' })
  packedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When everything was shipped.' })
  shippedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When everything was delivered.' })
  deliveredAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it was completed.' })
  completedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it was cancelled.' })
  cancelledAt!: string | null;
  @Field(() => Int, { simple: true, description: 'Raised by every change; send it as `expectedVersion`.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When it was placed.' })
  createdAt!: string;
  @Field(() => DateTime, { simple: true, description: 'When it last changed.' })
  updatedAt!: string;
}

@ObjectType({ description: 'A line of an order: what was sold, at which price, and what became of it.' })
export class OrderItem {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => Int, { simple: true, description: 'The place in the order, from 1.' })
  position!: number;
  @Field(() => String, { simple: true, description: 'SKU as sold.' })
  sku!: string;
  @Field(() => String, { simple: true, description: 'Name as sold.' })
  name!: string;
  @Field(() => Int, { simple: true, description: 'Units ordered.' })
  quantity!: number;
  @Field(() => Int, { simple: true, description: 'Units shipped.' })
  quantityFulfilled!: number;
  @Field(() => Int, { simple: true, description: 'Units cancelled.' })
  quantityCancelled!: number;
  @Field(() => Int, { simple: true, description: 'Units that came back.' })
  quantityReturned!: number;
}

@ObjectType({ description: 'One entry of the audit trail. Entries are never changed or removed.' })
export class OrderHistoryEntry {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => OrderHistoryAction, { simple: true, description: 'What happened.' })
  action!: OrderHistoryAction;
  @Field(() => String, {
    nullable: true,
    description:
      'The status before, such as PENDING: the fulfillment’s where one is concerned, else the order’s.',
  })
  oldStatus!: string | null;
  @Field(() => String, { nullable: true, description: 'The status afterwards.' })
  newStatus!: string | null;
  @Field(() => String, { simple: true, description: 'What happened, in a sentence for people.' })
  description!: string;
  @Field(() => DateTime, { simple: true, description: 'When it happened.' })
  createdAt!: string;
  additionalData!: Record<string, unknown> | null;
}

export const OrderConnection = connectionType('Order', () => Order);
export const OrderItemConnection = connectionType('OrderItem', () => OrderItem);
export const OrderHistoryConnection = connectionType('OrderHistoryEntry', () => OrderHistoryEntry);

@ObjectType({ description: 'The answer of a mutation on an order.' })
export class OrderPayload {
  orderId?: string;
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
