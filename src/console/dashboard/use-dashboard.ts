import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { dashboardQuery, dashboardSubscription, type Dashboard } from './dashboard.operations.ts';

const retryMs = 3_000;

interface Change {
  readonly cursor: string;
  readonly dashboard: Dashboard;
}

/** The dashboard, and then as it changes. */
export function useDashboard(days: number, filter: Readonly<Record<string, string>>, withFigures: boolean) {
  const { client, live } = useConsole();
  const [round, setRound] = useState(0);
  const [dashboard, setDashboard] = useState<Dashboard>();
  const [failure, setFailure] = useState<string>();
  const reload = (): void => setRound((before) => before + 1);
  const key = JSON.stringify(filter);
  useEffect(() => {
    let isOver = false;
    let end = (): void => {};
    let retry: ReturnType<typeof setTimeout> | undefined;
    ask<{ eventCursor: string; dashboard: Dashboard }>(client, dashboardQuery(withFigures), {
      days,
      filter,
    }).then(
      (answer) => {
        if (isOver) return;
        setDashboard(answer.dashboard);
        setFailure(undefined);
        end = live.follow<Change>({
          query: dashboardSubscription(withFigures),
          field: 'dashboardChanged',
          variables: { days, filter },
          after: answer.eventCursor,
          next: (change) => setDashboard(change.dashboard),
          lost: reload,
        });
      },
      (error: Error) => {
        if (isOver) return;
        setFailure(error.message);
        retry = setTimeout(reload, retryMs);
      },
    );
    return () => {
      isOver = true;
      clearTimeout(retry);
      end();
    };
  }, [client, live, days, key, withFigures, round]);
  return { dashboard, failure, reload };
}
