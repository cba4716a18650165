import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { Papers } from '../parts/papers.tsx';
import { Badge, Empty, Failure, Loading, Problems } from '../parts/parts.tsx';
import { addressOf, goTo, Link } from '../parts/router.tsx';
import { text } from '../text.ts';
import { PackScreen } from './pack-screen.tsx';
import { PickScreen } from './pick-screen.tsx';
import { ShipScreen } from './ship-screen.tsx';
import { useStep } from './use-step.ts';
import * as operations from './warehouse.operations.ts';
import type { StatusChange, Work } from './warehouse.operations.ts';

/** One fulfillment in somebody's hands: each status has its screen, on a hand-held as on a table. */
export function WorkPage({ locationCode, fulfillmentId }: { locationCode: string; fulfillmentId: string }) {
  const { work, isMissing, failure, setWork, reload } = useWork(locationCode, fulfillmentId);
  return (
    <div class="work-page">
      <p class="back">
        <Link to={addressOf('warehouse', locationCode)}>← {text.work.toBoard}</Link>
      </p>
      {failure !== undefined && <Failure message={failure} retry={reload} />}
      {!work && !isMissing && failure === undefined && <Loading />}
      {isMissing && <Empty>{text.state.notFound}</Empty>}
      {work && (
        <>
          <header class="heading">
            <h1>{work.number}</h1>
            <Badge kind={work.status}>{text.fulfillmentStatus[work.status]}</Badge>
            {work.order?.heldAt && <Badge kind="held">{text.warehouse.held}</Badge>}
            <span class="muted">{text.work.of(work.order?.number ?? '')}</span>
          </header>
          <Screen work={work} setWork={setWork} locationCode={locationCode} />
        </>
      )}
    </div>
  );
}

interface ScreenProps {
  readonly work: Work;
  readonly setWork: (work: Work) => void;
  readonly locationCode: string;
}

function Screen({ work, setWork, locationCode }: ScreenProps) {
  if (work.status === 'PICKING') return <PickScreen work={work} setWork={setWork} />;
  if (work.status === 'PACKING') return <PackScreen work={work} setWork={setWork} />;
  if (work.status === 'READY_TO_SHIP') return <ShipScreen work={work} setWork={setWork} />;
  return <OtherScreen work={work} setWork={setWork} locationCode={locationCode} />;
}

/** Before the work, and after it. */
function OtherScreen({ work, setWork, locationCode }: ScreenProps) {
  const step = useStep(setWork);
  const { carrier, trackingNumber, allowedActions } = work;
  const run = (mutation: string) => void step.run(mutation, { fulfillmentId: work.id });
  return (
    <div class="panel">
      <Contents work={work} />
      <Papers
        fulfillment={work}
        papers={work.status === 'PENDING' ? ['pickListUrl'] : ['packingSlipUrl', 'boxLabelUrl']}
      />
      {work.status === 'CANCELLED' && <p>{text.work.cancelled}</p>}
      {carrier !== null && <p>{text.work.shipped(carrier, trackingNumber ?? '')}</p>}
      <Problems of={step} />
      <p class="actions">
        {allowedActions.includes('startPicking') && (
          <button
            type="button"
            class="primary large"
            disabled={step.isWorking}
            onClick={() => run(operations.startPickingMutation)}
          >
            {text.work.start}
          </button>
        )}
        {allowedActions.includes('deliverFulfillment') && (
          <button type="button" disabled={step.isWorking} onClick={() => run(operations.deliverMutation)}>
            {text.work.deliver}
          </button>
        )}
        {work.status !== 'PENDING' && (
          <button type="button" autofocus onClick={() => goTo(addressOf('warehouse', locationCode))}>
            {text.work.toBoard}
          </button>
        )}
      </p>
    </div>
  );
}

/** What is in it: as picked, or as it is to be picked. */
export function Contents({ work }: { work: Work }) {
  const isBefore = work.status === 'PENDING';
  return (
    <table class="contents">
      <caption>{text.work.contents}</caption>
      <tbody>
        {work.items.map(({ id, orderItem, quantity, quantityPicked, quantityShort }) => (
          <tr key={id}>
            <td class="number">{isBefore ? quantity : quantityPicked} ×</td>
            <td>
              <strong>{orderItem.sku}</strong> {orderItem.name}
            </td>
            <td class="muted">{quantityShort > 0 && `−${quantityShort}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The fulfillment, read again whenever its status changes somewhere else. */
function useWork(locationCode: string, fulfillmentId: string) {
  const { client, live } = useConsole();
  const [work, setWork] = useState<Work>();
  const [isMissing, setIsMissing] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [round, setRound] = useState(0);
  const reload = (): void => setRound((before) => before + 1);
  // An answer that was on its way for longer may be older than what is shown.
  const showNewer = (next: Work): void =>
    setWork((before) => (before && before.version > next.version ? before : next));
  useEffect(() => {
    let isOver = false;
    let end = (): void => {};
    const load = async (): Promise<string | null> => {
      const variables = { id: fulfillmentId };
      const { eventCursor, fulfillment } = await ask<{ eventCursor: string; fulfillment: Work | null }>(
        client,
        operations.workQuery,
        variables,
      );
      if (isOver) return null;
      setFailure(undefined);
      if (fulfillment) showNewer(fulfillment);
      else setIsMissing(true);
      return eventCursor;
    };
    const failed = (error: Error): void => {
      if (!isOver) setFailure(error.message);
    };
    load().then((after) => {
      if (after === null) return;
      end = live.follow<StatusChange>({
        query: operations.statusSubscription,
        field: 'fulfillmentStatusChanged',
        variables: { locationCode },
        after,
        next: ({ fulfillment }) => {
          if (fulfillment?.id === fulfillmentId) load().catch(failed);
        },
        lost: reload,
      });
    }, failed);
    return () => {
      isOver = true;
      end();
    };
  }, [client, live, locationCode, fulfillmentId, round]);
  return { work, isMissing, failure, setWork: showNewer, reload };
}
