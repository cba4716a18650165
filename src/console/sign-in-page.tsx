import { useEffect, useState } from 'preact/hooks';
import { signIn } from './api/session.ts';
import { text } from './text.ts';

const samplePassword = 'sample-password';

export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const hasSamples = useSampleData();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsWorking(true);
    setProblem(undefined);
    const refusal = await signIn(email, password).catch(() => text.state.unreachable);
    setIsWorking(false);
    setProblem(refusal);
  };
  const choose = (sample: string): void => {
    setEmail(sample);
    setPassword(samplePassword);
  };
  return (
    <main class="sign-in" id="content">
      <h1>{text.title}</h1>
      <form class="panel" onSubmit={(event) => void submit(event)}>
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
      {hasSamples && (
        <section class="samples">
          <h2>{text.signIn.samples}</h2>
          <p>
            {Object.entries(text.signIn.roles).map(([sample, role]) => (
              <button type="button" key={sample} onClick={() => choose(sample)}>
                {role}
              </button>
            ))}
          </p>
        </section>
      )}
    </main>
  );
}

function useSampleData(): boolean {
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
