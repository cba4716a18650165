import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { currentSession, onSessionChange, signIn, signOut } from '../api/session.ts';
import { Dialog } from '../parts/parts.tsx';
import { SignInForm, samplePassword, useSampleData } from '../sign-in-page.tsx';
import { text } from '../text.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/forms.css';
import '../styles/explorer.css';

/** Who asks: a sample role by one press, anybody else by the form. */
function Bar() {
  const [session, setSession] = useState(currentSession);
  const [isAsking, setIsAsking] = useState(false);
  const hasSamples = useSampleData();
  useEffect(() => onSessionChange(setSession), []);
  useEffect(() => setIsAsking(false), [session]);
  return (
    <header class="top">
      <h1>{text.explorer.title}</h1>
      <a href="/console">{text.explorer.console}</a>
      <span class="who" role="status">
        {session ? text.explorer.as(session.user.displayName) : text.explorer.nobody}
      </span>
      {hasSamples && (
        <span class="roles" role="group" aria-label={text.explorer.signInAs}>
          {Object.entries(text.signIn.roles).map(([email, role]) => (
            <button type="button" key={email} onClick={() => void signIn(email, samplePassword)}>
              {role}
            </button>
          ))}
        </span>
      )}
      <button type="button" onClick={() => setIsAsking(true)}>
        {text.signIn.submit}
      </button>
      {session && (
        <button type="button" class="quiet" onClick={() => void signOut()}>
          {text.signIn.out}
        </button>
      )}
      {isAsking && (
        <Dialog title={text.signIn.title} close={() => setIsAsking(false)}>
          <SignInForm />
        </Dialog>
      )}
    </header>
  );
}

render(<Bar />, document.querySelector('#bar')!);
const place = document.querySelector('#explorer')!;
place.textContent = text.state.loading;
// The largest part by far comes after who asks is there.
const { showGraphiql } = await import('./graphiql.ts');
place.textContent = '';
showGraphiql(place);
