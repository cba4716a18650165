import { useEffect, useState } from 'preact/hooks';
import { signIn } from './api/session.ts';
import { text } from './text.ts';

export const samplePassword = 'sample-password';

export function SignInPage() {
  const [sample, setSample] = useState('');
  const hasSamples = useSampleData();
  return (
    <main class="sign-in" id="content">
      <h1>{text.title}</h1>
      <div class="panel">
        <SignInForm key={sample} sample={sample} />
      </div>
      {hasSamples && (
        <section class="samples">
          <h2>{text.signIn.samples}</h2>
          <p>
            {Object.entries(text.signIn.roles).map(([email, role]) => (
              <button type="button" key={email} onClick={() => setSample(email)}>
                {role}
              </button>
            ))}
          </p>
        </section>
      )}
    </main>
  );
}

/** Filled in for a sample login, when one is given. */
export function SignInForm({ sample = '' }: { sample?: string }) {
  const [email, setEmail] = useState(sample);
  const [password, setPassword] = useState(sample === '' ? '' : samplePassword);
  const [problem, setProblem] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsWorking(true);
    setProblem(undefined);
    const refusal = await signIn(email, password).catch(() => text.state.unreachable);
    setIsWorking(false);
    setProblem(refusal);
  };
  return (
    <form class="stacked" onSubmit={(event) => void submit(event)}>
      <label>
        {text.signIn.email}
        <input
          type="email"
          name="email"
          autocomplete="username"
          required
          autofocus
          value={email}
          onInput={({ currentTarget }) => setEmail(currentTarget.value)}
        />
      </label>
      <label>
        {text.signIn.password}
        <input
          type="password"
          name="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      </label>
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <button class="primary" type="submit" disabled={isWorking}>
        {isWorking ? text.signIn.working : text.signIn.submit}
      </button>
    </form>
  );
}

export function useSampleData(): boolean {
  const [hasSamples, setHasSamples] = useState(false);
  useEffect(() => {
    fetch('/console/settings.json')
      .then((response) => response.json())
      .then((settings: { sampleData: boolean }) => setHasSamples(settings.sampleData))
      // Without the answer nothing is offered: the form is there.
      .catch(() => {});
  }, []);
  return hasSamples;
}
