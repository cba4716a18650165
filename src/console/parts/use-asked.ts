import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';

export interface Asked<Data> {
  readonly data: Data | undefined;
  readonly failure: string | undefined;
  readonly reload: () => void;
}

/** Asks when the page is shown, when the variables change, and again when told to; keeps the last answer meanwhile. */
export function useAsked<Data>(query: string, variables: Readonly<Record<string, unknown>>): Asked<Data> {
  const { client } = useConsole();
  const [count, setCount] = useState(0);
  const [state, setState] = useState<{ data?: Data; failure?: string }>({});
  const key = JSON.stringify(variables);
  useEffect(() => {
    let isOver = false;
    ask<Data>(client, query, variables).then(
      (data) => !isOver && setState({ data }),
      (error: Error) => !isOver && setState((before) => ({ ...before, failure: error.message })),
    );
    return () => void (isOver = true);
  }, [client, query, key, count]);
  const reload = useCallback(() => setCount((before) => before + 1), []);
  return { data: state.data, failure: state.failure, reload };
}
