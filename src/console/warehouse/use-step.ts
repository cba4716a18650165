import type { Payload } from '../api/payload.ts';
import { useChange, type Change } from '../api/use-change.ts';
import type { Work } from './warehouse.operations.ts';

export interface WorkPayload extends Payload {
  readonly fulfillment: Work | null;
}

export interface Step extends Omit<Change, 'run'> {
  /** The payload when it was done. */
  run<Result extends WorkPayload = WorkPayload>(
    mutation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Result | undefined>;
}

/** One step of the work. */
export function useStep(changed: (work: Work) => void): Step {
  const sending = useChange();
  return {
    ...sending,
    async run<Result extends WorkPayload>(mutation: string, input: Readonly<Record<string, unknown>>) {
      const payload = await sending.run<Result>(mutation, input);
      if (payload?.fulfillment) changed(payload.fulfillment);
      return payload?.userErrors.length === 0 ? payload : undefined;
    },
  };
}
