import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { text } from '../text.ts';
import { papersQuery, type Paper } from './papers.operations.ts';
import { Failure } from './parts.tsx';

interface PapersProps {
  readonly fulfillment: { readonly id: string; readonly number: string };
  readonly papers: readonly Paper[];
  /** Where the focus belongs once a paper is asked for: a scanner would press the button again. */
  readonly after?: () => void;
}

/** Buttons that open papers of a fulfillment in tabs of their own, for those who print. */
export function Papers({ fulfillment, papers, after }: PapersProps) {
  const { client, session } = useConsole();
  const [failure, setFailure] = useState<string>();
  if (session.user.role !== 'ORDER_MANAGER' && session.user.role !== 'WAREHOUSE_STAFF') return null;
  const open = async (paper: Paper): Promise<void> => {
    setFailure(undefined);
    // Opened while the press is still going on: what comes after an answer, browsers hold for an advertisement.
    const tab = window.open('', '_blank');
    after?.();
    if (!tab) return setFailure(text.papers.blocked);
    try {
      const answer = await ask<{ fulfillment: Record<Paper, string | null> | null }>(client, papersQuery, {
        id: fulfillment.id,
      });
      const address = answer.fulfillment?.[paper];
      if (!address) throw new Error(text.papers.none);
      tab.opener = null;
      tab.location.replace(address);
    } catch (error) {
      tab.close();
      setFailure((error as Error).message);
    }
  };
  return (
    <div class="papers" role="group" aria-label={text.papers.of(fulfillment.number)}>
      {papers.map((paper) => (
        <button key={paper} type="button" class="quiet" onClick={() => void open(paper)}>
          {text.papers[paper]} <span aria-hidden="true">↗</span>
        </button>
      ))}
      {failure !== undefined && <Failure message={failure} />}
    </div>
  );
}
