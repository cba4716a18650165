import { useRef, useState } from 'preact/hooks';
import { change, newKey } from './client.ts';
import type { Payload, UserError } from './payload.ts';
import { useConsole } from './console-context.tsx';

export interface Change {
  readonly isWorking: boolean;
  readonly errors: readonly UserError[];
  readonly failure: string | undefined;
  /** The payload, refused or not; undefined when there was no answer. */
  run<Result extends Payload>(
    mutation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Result | undefined>;
}

/** What was answered so may have been done all the same, as what was not answered at all. */
export const isOutcomeUnknown = ({ userErrors }: Payload): boolean =>
  userErrors.some(({ code }) => code === 'PROVIDER_UNAVAILABLE');

/** The one way of changing something. When the answer is lost, the same again is the same request to the server. */
export function useChange(): Change {
  const { client } = useConsole();
  const [isWorking, setIsWorking] = useState(false);
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [failure, setFailure] = useState<string>();
  const unanswered = useRef<{ request: string; key: string }>(undefined);
  return {
    isWorking,
    errors,
    failure,
    async run<Result extends Payload>(mutation: string, input: Readonly<Record<string, unknown>>) {
      const request = JSON.stringify([mutation, input]);
      if (unanswered.current?.request !== request) unanswered.current = { request, key: newKey() };
      setIsWorking(true);
      setFailure(undefined);
      try {
        const idempotencyKey = unanswered.current.key;
        const payload = await change<Result>(client, mutation, { ...input, idempotencyKey });
        if (!isOutcomeUnknown(payload)) unanswered.current = undefined;
        setErrors(payload.userErrors);
        return payload;
      } catch (error) {
        setFailure((error as Error).message);
        return undefined;
      } finally {
        setIsWorking(false);
      }
    },
  };
}
