import { useEffect } from 'preact/hooks';
import { useConsole } from './api/console-context.tsx';
import { signOut, type Role } from './api/session.ts';
import { MyOrderPage } from './customer/my-order-page.tsx';
import { MyOrdersPage } from './customer/my-orders-page.tsx';
import { DashboardPage } from './dashboard/dashboard-page.tsx';
import { OrderPage } from './orders/order-page.tsx';
import { OrdersPage } from './orders/orders-page.tsx';
import { Empty, LiveBadge } from './parts/parts.tsx';
import { addressOf, goTo, Link, usePlace } from './parts/router.tsx';
import { text } from './text.ts';
import { BoardPage } from './warehouse/board-page.tsx';
import { LocationsPage } from './warehouse/locations-page.tsx';
import { WorkPage } from './warehouse/work-page.tsx';

const pagesOf: Record<Role, readonly (keyof typeof text.nav)[]> = {
  ORDER_MANAGER: ['dashboard', 'orders', 'warehouse'],
  CUSTOMER_SERVICE: ['dashboard', 'orders'],
  WAREHOUSE_STAFF: ['warehouse'],
  CUSTOMER: ['my-orders'],
};

/** What is around every page: where one can go, whether what one sees is live, and who one is. */
export function Shell() {
  const { session } = useConsole();
  const { words } = usePlace();
  const pages = pagesOf[session.user.role];
  useEffect(() => {
    if (words.length === 0 && pages[0]) goTo(addressOf(pages[0]), { replace: true });
  }, [words.length, pages]);
  return (
    <>
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <header class="top">
        <span class="brand">{text.title}</span>
        <nav aria-label={text.nav.label}>
          {pages.map((page) => (
            <Link key={page} to={addressOf(page)} isCurrent={words[0] === page}>
              {text.nav[page]}
            </Link>
          ))}
        </nav>
        <LiveBadge />
        <span class="who">{session.user.displayName}</span>
        <button type="button" class="quiet" onClick={() => void signOut()}>
          {text.signIn.out}
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        <Route words={words} />
      </main>
    </>
  );
}

function Route({ words }: { words: readonly string[] }) {
  const [page, first, second] = words;
  if (page === 'warehouse' && first && second) {
    return <WorkPage key={second} locationCode={first} fulfillmentId={second} />;
  }
  if (page === 'warehouse' && first) return <BoardPage key={first} locationCode={first} />;
  if (page === 'warehouse') return <LocationsPage />;
  if (page === 'dashboard') return <DashboardPage />;
  if (page === 'orders' && first) return <OrderPage key={first} id={first} />;
  if (page === 'orders') return <OrdersPage />;
  if (page === 'my-orders' && first) return <MyOrderPage key={first} id={first} />;
  if (page === 'my-orders') return <MyOrdersPage />;
  return page === undefined ? null : <Empty>{text.state.notFound}</Empty>;
}
