import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { graphql, mutation, requireDone } from '../api-server.ts';
import { send, type BenchRequest } from '../load.ts';
import { locations, skuAt, type Writer } from '../writes/scenarios.ts';

export interface Rates {
  readonly ordersPerSecond: number;
  /** Steps of fulfillments, of all pickers together. */
  readonly stepsPerSecond: number;
  readonly seconds: number;
}

/** Milliseconds of each answer, by kind; of orders from the time that the order should have been sent. */
export class Latencies {
  readonly byKind = new Map<string, number[]>();

  add(kind: string, sinceMs: number): void {
    const list = this.byKind.get(kind) ?? [];
    list.push(performance.now() - sinceMs);
    this.byKind.set(kind, list);
  }
}

/** How many orders may be on their way before the machine plainly does not keep up. */
const mostUnderWay = 400;
export const pickers = 20;
export const dashboards = 20;
const dashboardPauseMs = 5_000;

const dashboardQuery = `{ dashboard(days: 30) { asOf openCount heldCount lateCount unitsReserved
  orderCounts { status count } kpis { name value previous } } }`;
const listQuery = `{ orders(first: 50, filter: { status: [CONFIRMED, PROCESSING] }, sort: [{ field: CREATED_AT, direction: DESC }]) {
  nodes { id number status channel priority createdAt total { amountMinor currency } customer { id name }
    items(first: 5) { nodes { id sku name quantity } } } } }`;

export interface DayServices {
  readonly url: string;
  readonly manager: string;
  readonly writer: Writer;
}

export interface DayCounts {
  orders: number;
  confirmed: number;
  shipped: number;
  /** Orders that were due and could not be sent, since too many were under way. */
  overrun: boolean;
}

/** The shop's orders, the pickers and the dashboards of some seconds; each error ends it. */
export class DayLoad {
  private readonly agent = new Agent({ keepAlive: true });
  /** What is left to do of each fulfillment that nobody is at. */
  private readonly waiting: BenchRequest[][] = [];
  private isOver = false;
  private placed = 0;

  constructor(private readonly services: DayServices) {}

  async run(rates: Rates, latencies: Latencies): Promise<DayCounts> {
    this.isOver = false;
    const counts: DayCounts = { orders: 0, confirmed: 0, shipped: 0, overrun: false };
    const people = [
      ...Array.from({ length: pickers }, (_, index) => this.pick(index, rates, latencies, counts)),
      ...Array.from({ length: dashboards }, (_, index) => this.look(index, latencies)),
    ];
    // Whoever fails first ends the day: an error is not waited out.
    const working = Promise.all(people);
    try {
      await Promise.race([this.arrive(rates, latencies, counts), working.then(() => {})]);
    } finally {
      this.isOver = true;
    }
    await working;
    return counts;
  }

  stop(): void {
    this.agent.destroy();
  }

  /** Orders come when they come, whether those before are answered or not. */
  private async arrive({ ordersPerSecond, seconds }: Rates, latencies: Latencies, counts: DayCounts) {
    const startedAt = performance.now();
    const underWay = new Set<Promise<void>>();
    let failure: Error | undefined;
    let dueMs = startedAt;
    for (;;) {
      // Gaps of independent arrivals.
      dueMs += (-Math.log(1 - Math.random()) * 1000) / ordersPerSecond;
      if (dueMs - startedAt > seconds * 1000 || this.isOver) break;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      if (failure) throw failure;
      if (underWay.size >= mostUnderWay) {
        counts.overrun = true;
        break;
      }
      const order = this.order(dueMs, latencies, counts).catch((error: Error) => {
        failure = error;
      });
      underWay.add(order);
      void order.then(() => underWay.delete(order));
    }
    await Promise.all(underWay);
    if (failure) throw failure;
  }

  private async order(dueMs: number, latencies: Latencies, counts: DayCounts): Promise<void> {
    this.placed += 1;
    const place = this.placed;
    const skus = [0, 1, 2].map((line) => skuAt(place * 3 + line));
    const locationCode = locations[place % locations.length]!;
    const request = this.services.writer.placeOrder(skus.map((sku) => ({ sku, quantity: 1, locationCode })));
    const placed = await this.send(request);
    latencies.add('place an order', dueMs);
    counts.orders += 1;
    const orderId = /"order":\{"id":"([^"]+)"/.exec(placed.toString())![1]!;
    const sentAt = performance.now();
    const { url, manager } = this.services;
    const selection = 'order { fulfillments(first: 1) { nodes { id } } }';
    const confirming = mutation(url, manager, 'confirmOrder', 'ConfirmOrderInput', { orderId }, selection);
    const confirmed = await this.send(confirming);
    latencies.add('confirm it', sentAt);
    counts.confirmed += 1;
    const id = /"nodes":\[\{"id":"([^"]+)"/.exec(confirmed.toString())![1]!;
    this.waiting.push(this.services.writer.walk({ id, barcodes: skus }));
  }

  /** A picker's steps are that far apart, or follow at once where an answer took longer. */
  private async pick(index: number, { stepsPerSecond }: Rates, latencies: Latencies, counts: DayCounts) {
    const pauseMs = (pickers * 1000) / stepsPerSecond;
    await sleep((pauseMs * index) / pickers);
    while (!this.isOver) {
      const steps = this.waiting.shift();
      if (!steps) {
        await sleep(20);
        continue;
      }
      while (steps.length > 0 && !this.isOver) {
        const sentAt = performance.now();
        await this.send(steps.shift()!);
        latencies.add('a step of a picker', sentAt);
        if (steps.length > 0) await sleep(Math.max(0, pauseMs - (performance.now() - sentAt)));
        else counts.shipped += 1;
      }
      // Gone on with at the next rate.
      if (steps.length > 0) this.waiting.unshift(steps);
    }
  }

  /** A screen with the dashboard and the list of what is to be done, every few seconds. */
  private async look(index: number, latencies: Latencies): Promise<void> {
    const { url, manager } = this.services;
    await sleep((dashboardPauseMs * index) / dashboards);
    while (!this.isOver) {
      for (const [kind, query] of [
        ['dashboard', dashboardQuery],
        ['list of 50 orders', listQuery],
      ] as const) {
        const sentAt = performance.now();
        const answer = await send(this.agent, graphql(url, manager, query, {}));
        if (answer.includes('"errors":')) throw new Error(answer.toString().slice(0, 500));
        latencies.add(kind, sentAt);
      }
      const until = performance.now() + dashboardPauseMs;
      while (!this.isOver && performance.now() < until) await sleep(100);
    }
  }

  private async send(request: BenchRequest): Promise<Buffer> {
    const answer = await send(this.agent, request);
    requireDone(answer);
    return answer;
  }
}
