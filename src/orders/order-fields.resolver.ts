import { Args, Authorized, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { may } from '../auth/actor.ts';
import { allowedCommands } from '../write/workflow.ts';
import type { PostalAddress as PostalAddressValue } from '../db/tables/orders.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import { mask, maskEmail, withoutMoney } from '../shared/masking.ts';
import { JSONObject } from '../graphql/scalars.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { Customer } from '../customers/customer.type.ts';
import { customerById } from '../customers/customer.loaders.ts';
import { User } from '../users/user.type.ts';
import { userById } from '../users/user.loaders.ts';
import { historyOf, itemsOfOrder, orderById } from './order.loaders.ts';
import type { OrderItemRow } from './order-item.repository.ts';
import type { OrderRow } from './order.repository.ts';
import {
  Contact,
  Order,
  OrderHistoryConnection,
  OrderHistoryEntry,
  OrderItem,
  OrderItemConnection,
  OrderPayload,
  PostalAddress,
} from './order.type.ts';
import { orderWorkflow } from './order.workflow.ts';
import type { orderHistory } from '../db/tables/order-history.ts';

type HistoryRow = typeof orderHistory.$inferSelect;

@Resolver(() => Order)
export class OrderFieldsResolver {
  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Sum of the lines. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  subtotal(@Root() order: OrderRow): Money {
    return { amountMinor: order.subtotalMinor, currency: order.currency };
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Taken off the order. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  discount(@Root() order: OrderRow): Money {
    return { amountMinor: order.discountMinor, currency: order.currency };
  }

  @FieldResolver(() => Money, { nullable: true, description: 'Tax. Permission: money.view, else null.' })
  @Authorized('money.view')
  tax(@Root() order: OrderRow): Money {
    return { amountMinor: order.taxMinor, currency: order.currency };
  }

  @FieldResolver(() => Money, { nullable: true, description: 'Shipping. Permission: money.view, else null.' })
  @Authorized('money.view')
  shipping(@Root() order: OrderRow): Money {
    return { amountMinor: order.shippingMinor, currency: order.currency };
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Subtotal less discount plus tax and shipping. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  total(@Root() order: OrderRow): Money {
    return { amountMinor: order.totalMinor, currency: order.currency };
  }

  @FieldResolver(() => PostalAddress, {
    nullable: true,
    description: 'Where it is sent. The warehouse sees it too: it writes the label.',
  })
  shippingAddress(@Root() order: OrderRow): PostalAddressValue | null {
    return order.shippingAddress;
  }

  @FieldResolver(() => PostalAddress, {
    nullable: true,
    description: 'Who is charged. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  billingAddress(@Root() order: OrderRow): PostalAddressValue | null {
    return order.billingAddress;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why the order is on hold. Permission: orders.assignee.view, else null.',
  })
  @Authorized('orders.assignee.view')
  holdReason(@Root() order: OrderRow): string | null {
    return order.holdReason;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'Who ordered; null for a guest.' })
  customer(@Root() order: OrderRow, @Ctx() context: RequestContext) {
    return order.customerId === null ? null : context.loader(customerById).load(order.customerId);
  }

  @FieldResolver(() => Contact, {
    nullable: true,
    description: 'How a guest can be reached; null where there is a customer. Masked for the warehouse.',
  })
  contact(@Root() order: OrderRow, @Ctx() context: RequestContext): Contact | null {
    const { contactName: name, contactEmail: email, contactPhone: phone } = order;
    if (name === null && email === null && phone === null) return null;
    if (may(context.viewer, 'contact.view')) return { name, email, phone };
    return {
      name,
      email: email === null ? null : maskEmail(email),
      phone: phone === null ? null : mask(phone),
    };
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'Who looks after it. Permission: orders.assignee.view, else null.',
  })
  @Authorized('orders.assignee.view')
  assignedTo(@Root() order: OrderRow, @Ctx() context: RequestContext) {
    return order.assignedToId === null ? null : context.loader(userById).load(order.assignedToId);
  }

  @FieldResolver(() => OrderItemConnection, { description: 'The lines, in their order.' })
  items(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(itemsOfOrder).load({ parentId: order.id, first, after });
  }

  @FieldResolver(() => OrderHistoryConnection, {
    description: 'The audit trail, latest first. A customer sees the milestones of the order only.',
  })
  history(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(historyOf(order)).load({ parentId: order.id, first, after });
  }

  @FieldResolver(() => [String], {
    description: 'The mutations that this viewer may use on the order now, such as cancelOrder.',
  })
  allowedActions(@Root() order: OrderRow, @Ctx() context: RequestContext): string[] {
    if (order.archivedAt !== null) return [];
    return allowedCommands(
      orderWorkflow,
      { status: order.status, isHeld: order.heldAt !== null, hasShipped: order.unitsFulfilled > 0 },
      context.viewer,
    );
  }
}

@Resolver(() => PostalAddress)
export class PostalAddressResolver {
  @FieldResolver(() => String, { description: 'The address on one line.' })
  fullAddress(@Root() address: PostalAddressValue): string {
    const { name, company, line1, line2, city, region, postalCode, country } = address;
    return [name, company, line1, line2, city, region, postalCode, country].filter(Boolean).join(', ');
  }
}

@Resolver(() => OrderItem)
export class OrderItemResolver {
  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Price of one unit. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  unitPrice(@Root() item: OrderItemRow, @Ctx() context: RequestContext) {
    return amountOf(item.unitPriceMinor, item, context);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Taken off the line. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  discount(@Root() item: OrderItemRow, @Ctx() context: RequestContext) {
    return amountOf(item.discountMinor, item, context);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Tax on the line. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  tax(@Root() item: OrderItemRow, @Ctx() context: RequestContext) {
    return amountOf(item.taxMinor, item, context);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Quantity times unit price, less discount, plus tax. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  total(@Root() item: OrderItemRow, @Ctx() context: RequestContext) {
    return amountOf(item.totalMinor, item, context);
  }
}

/** An amount of a line is in the currency of its order, which is loaded already wherever lines are nested in it. */
function amountOf(
  amountMinor: number,
  item: OrderItemRow,
  context: RequestContext,
): Money | null | Promise<Money | null> {
  const amountIn = (order: OrderRow | null) => order && { amountMinor, currency: order.currency };
  const known = context.known(orderById, item.orderId);
  return known ? amountIn(known) : context.loader(orderById).load(item.orderId).then(amountIn);
}

@Resolver(() => OrderHistoryEntry)
export class OrderHistoryEntryResolver {
  @FieldResolver(() => Order, { nullable: true, description: 'The order that it is about.' })
  order(@Root() entry: HistoryRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(entry.orderId);
  }

  @FieldResolver(() => String, { nullable: true })
  oldStatus(@Root() entry: HistoryRow): string | null {
    return entry.oldStatus?.toUpperCase() ?? null;
  }

  @FieldResolver(() => String, { nullable: true })
  newStatus(@Root() entry: HistoryRow): string | null {
    return entry.newStatus?.toUpperCase() ?? null;
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'Who did it; null for the system. Permission: history.viewStaff, else null.',
  })
  @Authorized('history.viewStaff')
  performedBy(@Root() entry: HistoryRow, @Ctx() context: RequestContext) {
    return entry.performedById === null ? null : context.loader(userById).load(entry.performedById);
  }

  @FieldResolver(() => JSONObject, {
    nullable: true,
    description:
      'What happened, for programs; for the warehouse without payments and amounts. Permission: history.viewStaff, else null.',
  })
  @Authorized('history.viewStaff')
  additionalData(
    @Root() { additionalData }: HistoryRow,
    @Ctx() context: RequestContext,
  ): Record<string, unknown> | null {
    return additionalData && !may(context.viewer, 'money.view')
      ? withoutMoney(additionalData)
      : additionalData;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The address it was done from. Permission: history.viewOrigin, else null.',
  })
  @Authorized('history.viewOrigin')
  ipAddress(@Root() entry: HistoryRow): string | null {
    return entry.ipAddress;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The program it was done with. Permission: history.viewOrigin, else null.',
  })
  @Authorized('history.viewOrigin')
  userAgent(@Root() entry: HistoryRow): string | null {
    return entry.userAgent;
  }
}

@Resolver(() => OrderPayload)
export class OrderPayloadResolver {
  @FieldResolver(() => Order, { nullable: true, description: 'The order as it is now; null when refused.' })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return payload.orderId === undefined ? null : context.loader(orderById).load(payload.orderId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictOrderResolver {
  @FieldResolver(() => Order, {
    nullable: true,
    description: 'The order as it is now, where an order was meant.',
  })
  order(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Order' ? context.loader(orderById).load(error.subject.id) : null;
  }
}
