/** What a provider says of a payment or refund of ours. */
export interface ProviderAnswer {
  readonly state: 'pending' | 'succeeded' | 'failed';
  /** Its key at the provider. */
  readonly reference: string | null;
  /** The provider's word for why it failed. */
  readonly failureCode: string | null;
  /** What came in, where that is known: it may be less than was asked for. */
  readonly amountMinor?: number;
  /** For the shop's page, to let the customer pay. Handed on and never kept. */
  readonly clientSecret?: string | null;
}

/** A payment that is asked for. */
export interface PaymentRequest {
  /** Our own id, and the idempotency key: asking again is asking for the same. */
  readonly id: string;
  readonly orderId: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Known when the provider has taken it on already. */
  readonly reference: string | null;
}

/** A refund that is asked for. */
export interface RefundRequest extends PaymentRequest {
  /** The key of the payment at the provider. */
  readonly paymentReference: string | null;
}

/**
 * Moves money for us. Called outside of every transaction, and as often as it takes: a row of ours with its id is
 * committed before, and both calls do one thing for one id, however often they are made.
 *
 * A refusal is an answer (`failed`). No answer, or one that leaves open what has happened, is a
 * `ProviderUnavailableError`.
 */
export interface PaymentProvider {
  /** Begins a payment, or says how the one begun before stands. */
  requestPayment(request: PaymentRequest): Promise<ProviderAnswer>;
  /** Gives money back, or says how the refund begun before stands. */
  requestRefund(request: RefundRequest): Promise<ProviderAnswer>;
}

/** Those that this server can use, by name; what is not configured is absent. */
export type PaymentProviders = Readonly<Partial<Record<'manual' | 'stripe', PaymentProvider>>>;

/** Nothing is known of what was asked. It is kept as pending, and may be asked again. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
}
