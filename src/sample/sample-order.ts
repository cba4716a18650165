import { v7 } from 'uuid';
import type { FulfillmentStatus, OrderHistoryAction, OrderStatus } from '../db/tables/enumerations.ts';
import {
  emptyRecords,
  type FulfillmentRow,
  type OrderRecords,
  type OrderRow,
} from '../import/order-records.ts';
import type { Draft } from './sample-drafts.ts';
import {
  priorities,
  promisedAfterHours,
  stageHours,
  tagSets,
  type Scenario,
  type Stage,
} from './scenarios.ts';

export interface SampleUsers {
  readonly manager: string;
  readonly warehouse: string;
  readonly service: string;
}

export interface SampleReferences {
  readonly users: SampleUsers;
  readonly variants: ReadonlyMap<string, string>;
  readonly customers: ReadonlyMap<string, string>;
  readonly locations: ReadonlyMap<string, string>;
}

type ItemRow = OrderRecords['items'][number] & { id: string };
type ReservationRow = OrderRecords['reservations'][number];

const hourMs = 3_600_000;

/** One order of the sample while it is taken from stage to stage; every change is told in the history. */
export class SampleOrder {
  readonly records: OrderRecords = emptyRecords();
  readonly order: OrderRow;
  readonly createdMs: number;
  readonly locationId: string;
  fulfillment: FulfillmentRow | null = null;
  lastAt: string;

  constructor(
    readonly draft: Draft,
    readonly scenario: Scenario,
    readonly references: SampleReferences,
    readonly place: number,
    now: number,
  ) {
    const [youngest, oldest] = scenario.ageHours;
    // Spreads the orders over the allowed ages without two of them at the same time.
    const ageHours = youngest + ((oldest - youngest) * ((place * 37) % 101)) / 101;
    this.createdMs = now - Math.round(ageHours * hourMs) - place * 1_000;
    this.locationId = references.locations.get(draft.locationCode)!;
    this.lastAt = this.at(0);
    this.order = this.orderRow();
    this.records.orders.push(this.order);
    draft.lines.forEach((line, index) => this.addItem(line, index + 1));
  }

  get items(): readonly ItemRow[] {
    return this.records.items as ItemRow[];
  }

  get reservations(): readonly ReservationRow[] {
    return this.records.reservations;
  }

  /** So many hours after the order was placed. */
  at(hours: number): string {
    return new Date(this.createdMs + Math.round(hours * hourMs)).toISOString();
  }

  stageAt(stage: Stage): string {
    this.lastAt = this.at(stageHours(stage, this.place));
    return this.lastAt;
  }

  /** So many hours after the last stage. */
  later(hours: number): string {
    return new Date(Date.parse(this.lastAt) + hours * hourMs).toISOString();
  }

  identifier(at: string): string {
    return v7({ msecs: Date.parse(at) });
  }

  move(
    item: ItemRow,
    at: string,
    change: { onHand: number; reserved: number },
    reason: MovementReason,
  ): void {
    this.records.movements.push({
      id: this.identifier(at),
      variantId: item.variantId,
      locationId: this.locationId,
      onHandChange: change.onHand,
      reservedChange: change.reserved,
      reason,
      orderId: this.order.id,
      performedById: null,
      createdAt: at,
    });
  }

  pay(kind: 'payment' | 'refund', amountMinor: number, at: string, succeeded = true): void {
    if (amountMinor === 0) return;
    const { id: orderId, channel, currency } = this.order;
    this.records.payments.push({
      id: this.identifier(at),
      orderId,
      kind,
      method: channel === 'wholesale' ? 'transfer' : 'card',
      state: succeeded ? 'succeeded' : 'failed',
      amountMinor,
      currency,
      performedById: kind === 'refund' ? this.references.users.manager : null,
      createdAt: at,
    });
  }

  /** Takes the order to a status, which may be the one it has, and tells so. */
  tell(
    action: OrderHistoryAction,
    at: string,
    description: string,
    to: OrderStatus = this.order.status!,
    performedById: string | null = null,
  ): void {
    const oldStatus = action === 'created' ? null : this.order.status!;
    this.order.status = to;
    this.records.history.push({
      orderId: this.order.id,
      action,
      oldStatus,
      newStatus: to,
      description,
      occurredAt: at,
      performedById,
    });
  }

  /** The same for its fulfillment, on which the warehouse works. */
  tellFulfillment(
    action: OrderHistoryAction,
    at: string,
    description: string,
    to: FulfillmentStatus,
    performedById: string | null = this.references.users.warehouse,
  ): void {
    const fulfillment = this.fulfillment!;
    const oldStatus = to === 'pending' ? null : fulfillment.status!;
    fulfillment.status = to;
    this.records.history.push({
      orderId: this.order.id,
      fulfillmentId: fulfillment.id,
      action,
      oldStatus,
      newStatus: to,
      description,
      occurredAt: at,
      performedById,
    });
  }

  private orderRow(): OrderRow {
    const { draft, scenario, place, references } = this;
    const createdAt = this.at(0);
    const subtotalMinor = draft.lines.reduce((sum, line) => sum + line.totalMinor, 0);
    const { manager, service } = references.users;
    const promisedAfter = scenario.late ? promisedAfterHours.late : promisedAfterHours.normally;
    return {
      id: this.identifier(createdAt),
      channel: draft.channel,
      externalReference: draft.reference,
      status: 'pending',
      customerId: draft.customerReference ? references.customers.get(draft.customerReference)! : null,
      currency: draft.currency,
      subtotalMinor,
      shippingMinor: draft.shippingMinor,
      totalMinor: subtotalMinor + draft.shippingMinor,
      paidMinor: 0,
      refundedMinor: 0,
      lastPaymentFailed: false,
      unitsOrdered: draft.lines.reduce((sum, line) => sum + line.quantity, 0),
      unitsFulfilled: 0,
      shippingAddress: draft.address,
      assignedToId: [service, null, manager, null][place % 4]!,
      priority: priorities[place % priorities.length]!,
      tags: tagSets[place % tagSets.length]!,
      holdReason: null,
      heldAt: null,
      heldById: null,
      cancelReason: null,
      promisedShipAt: draft.channel === 'retail_pos' ? null : this.at(promisedAfter),
      confirmedAt: null,
      processingStartedAt: null,
      packedAt: null,
      shippedAt: null,
      deliveredAt: null,
      completedAt: null,
      cancelledAt: null,
      createdAt,
    };
  }

  private addItem(line: Draft['lines'][number], position: number): void {
    const createdAt = this.at(0);
    this.records.items.push({
      id: this.identifier(createdAt),
      orderId: this.order.id,
      position,
      variantId: this.references.variants.get(line.sku)!,
      ...line,
      quantityFulfilled: 0,
      quantityCancelled: 0,
      quantityReturned: 0,
      createdAt,
    });
  }
}

type MovementReason = 'reserved' | 'released' | 'shipped' | 'sold' | 'returned';
