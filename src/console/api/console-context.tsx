import type { Client } from '@urql/core';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { openClient } from './client.ts';
import { LiveLink, type LiveState } from './live.ts';
import type { Session } from './session.ts';

interface Console {
  readonly session: Session;
  readonly client: Client;
  readonly live: LiveLink;
}

const ConsoleContext = createContext<Console | null>(null);

/** What everything on a page asks and follows with, for as long as one person is signed in. */
export function ConsoleProvider({ session, children }: { session: Session; children: ComponentChildren }) {
  const console = useMemo(() => ({ session, client: openClient(), live: new LiveLink() }), [session.user.id]);
  useEffect(() => () => console.live.close(), [console]);
  return <ConsoleContext.Provider value={console}>{children}</ConsoleContext.Provider>;
}

export function useConsole(): Console {
  return useContext(ConsoleContext)!;
}

export function useLiveState(): LiveState {
  const { live } = useConsole();
  const [state, setState] = useState(live.state);
  useEffect(() => {
    setState(live.state);
    return live.onState(setState);
  }, [live]);
  return state;
}
