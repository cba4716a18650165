import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ConsoleProvider } from './api/console-context.tsx';
import { currentSession, onSessionChange } from './api/session.ts';
import { Shell } from './shell.tsx';
import { SignInPage } from './sign-in-page.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forms.css';
import './styles/warehouse.css';
import './styles/office.css';
import './styles/tables.css';

function Page() {
  const [session, setSession] = useState(currentSession);
  useEffect(() => onSessionChange(setSession), []);
  if (!session) return <SignInPage />;
  return (
    <ConsoleProvider key={session.user.id} session={session}>
      <Shell />
    </ConsoleProvider>
  );
}

render(<Page />, document.querySelector('#page')!);
