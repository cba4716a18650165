import { useRef, useState } from 'preact/hooks';
import { change, newKey, type Payload, type UserError } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import type { Work } from './warehouse.operations.ts';

export interface WorkPayload extends Payload {
  readonly fulfillment: Work | null;
}

export interface Step {
  readonly isWorking: boolean;
  readonly errors: readonly UserError[];
  readonly failure: string | undefined;
  /** The payload when it was done. */
  run<Result extends WorkPayload = WorkPayload>(
    mutation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Result | undefined>;
}

/** One step of the work. When the answer is lost, the same step sent again is the same request to the server. */
export function useStep(changed: (work: Work) => void): Step {
  const { client } = useConsole();
  const [isWorking, setIsWorking] = useState(false);
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [failure, setFailure] = useState<string>();
  const unanswered = useRef<{ request: string; key: string }>(undefined);
  return {
    isWorking,
    errors,
    failure,
    async run<Result extends WorkPayload>(mutation: string, input: Readonly<Record<string, unknown>>) {
      const request = JSON.stringify([mutation, input]);
      if (unanswered.current?.request !== request) unanswered.current = { request, key: newKey() };
      setIsWorking(true);
      setFailure(undefined);
      try {
        const idempotencyKey = unanswered.current.key;
        const payload = await change<Result>(client, mutation, { ...input, idempotencyKey });
        unanswered.current = undefined;
        setErrors(payload.userErrors);
        if (payload.fulfillment) changed(payload.fulfillment);
        return payload.userErrors.length === 0 ? payload : undefined;
      } catch (error) {
        setFailure((error as Error).message);
        return undefined;
      } finally {
        setIsWorking(false);
      }
    },
  };
}
