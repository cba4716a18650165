import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const base = '/console';
const listeners = new Set<() => void>();
addEventListener('popstate', () => tell());

export interface Place {
  /** The words of the address behind /console. */
  readonly words: readonly string[];
  readonly search: string;
}

/** Where the page is: it is shown by its address, so that it can be kept, sent and gone back from. */
export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const changed = (): void => setPlace(readPlace());
    listeners.add(changed);
    return () => void listeners.delete(changed);
  }, []);
  return place;
}

export function addressOf(...words: readonly string[]): string {
  return [base, ...words.map(encodeURIComponent)].join('/');
}

export function goTo(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  if (!replace) scrollTo(0, 0);
  tell();
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly label?: string;
  readonly children: ComponentChildren;
}

export function Link({ to, isCurrent, label, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    // A new tab or window is the browser's business.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a {...rest} href={to} onClick={follow} aria-current={isCurrent ? 'page' : undefined} aria-label={label}>
      {children}
    </a>
  );
}

function readPlace(): Place {
  const words = location.pathname
    .slice(base.length)
    .split('/')
    .filter((word) => word !== '')
    .map(decodeURIComponent);
  return { words, search: location.search };
}

function tell(): void {
  for (const listener of listeners) listener();
}
