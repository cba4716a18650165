import { useState } from 'preact/hooks';
import { isOutcomeUnknown, useChange, type Change } from '../../api/use-change.ts';
import type { Payment, Return } from '../order-rows.ts';
import type { Order } from '../order.operations.ts';
import {
  actionMutation,
  returnInputs,
  returnMutation,
  settleMutation,
  type ActionPayload,
} from './action.operations.ts';
import { compareOrders, compareReturns, type Difference } from './differences.ts';
import type { ExpectedChange } from './expected-change.ts';

/** What the page of the order lends to each of its dialogs. */
export interface ActionProps {
  readonly action: string;
  readonly order: Order;
  /** Where the action is on a return of the order, or for one. */
  readonly returned?: Return | undefined;
  /** Where it is on a payment of the order. */
  readonly payment?: Payment | undefined;
  readonly close: () => void;
  /** Reads the order again: something has been done to it. */
  readonly refresh: () => void;
  /** What to show until the server has answered; undefined when it has refused. */
  readonly expect: (change: ExpectedChange | undefined) => void;
}

export interface Action extends Omit<Change, 'run'> {
  /** Somebody else was faster: what is different now. */
  readonly conflict: Difference | undefined;
  /** The payload when it was done. */
  run(
    input: Readonly<Record<string, unknown>>,
    expected?: ExpectedChange,
  ): Promise<ActionPayload | undefined>;
}

/** How an action is sent, and what to do when its thing is no longer as it was seen. */
interface Kind {
  readonly mutation: string;
  readonly named: Readonly<Record<string, string>>;
  /** Undefined where it does not matter who was faster. */
  readonly version: number | undefined;
  readonly differenceIn: (error: ActionPayload['userErrors'][number]) => Difference | undefined;
}

function kindOf({ action, order, returned, payment }: ActionProps): Kind {
  if (payment) {
    const named = { paymentId: payment.id };
    return { mutation: settleMutation, named, version: undefined, differenceIn: () => undefined };
  }
  if (returned && action in returnInputs) {
    return {
      mutation: returnMutation(action),
      named: { returnId: returned.id },
      version: returned.version,
      differenceIn: (error) => error.return && compareReturns(returned, error.return),
    };
  }
  return {
    mutation: actionMutation(action),
    named: { orderId: order.id, ...(returned && { returnId: returned.id }) },
    version: order.version,
    differenceIn: (error) => error.order && compareOrders(order, error.order),
  };
}

/**
 * Does it to what the person saw who decided, and to nothing else: when somebody was faster, it says what has changed,
 * and the next time does it to that. The page shows what is to come; it is taken back when it does not come.
 */
export function useAction(props: ActionProps): Action {
  const { expect, refresh } = props;
  const sending = useChange();
  // Of the order as the dialog was opened on it: that of the page changes meanwhile.
  const [{ mutation, named, version, differenceIn }] = useState(() => kindOf(props));
  const [expectedVersion, setExpectedVersion] = useState(version);
  const [conflict, setConflict] = useState<Difference>();
  return {
    ...sending,
    errors: conflict ? [] : sending.errors,
    conflict,
    async run(input, expected) {
      // Nothing else may be begun meanwhile.
      expect({ ...expected, allowedActions: [] });
      const payload = await sending.run<ActionPayload>(mutation, { ...named, expectedVersion, ...input });
      if (payload?.userErrors.length === 0) {
        refresh();
        return payload;
      }
      expect(undefined);
      if (!payload) return undefined;
      const stale = payload.userErrors.find(({ code }) => code === 'VERSION_CONFLICT');
      const difference = stale && differenceIn(stale);
      setConflict(difference);
      // What a provider refuses is kept with the order, which is another version for it.
      const kept = isOutcomeUnknown(payload) ? undefined : payload.order?.version;
      setExpectedVersion(difference?.to ?? kept ?? expectedVersion);
      return undefined;
    },
  };
}
