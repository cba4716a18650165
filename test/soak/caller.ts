import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from './people.ts';

/** What went wrong that must not, whatever is killed. */
export class Faults {
  readonly found: string[] = [];
  add(text: string): void {
    if (this.found.length < 50) this.found.push(text);
  }
}

/** Calls that got no answer, and were repeated under their key. */
export interface CallCounts {
  calls: number;
  repeated: number;
}

/** Those that a server gives that has lost its database, or has too much to do; everything else is a fault. */
const passing = new Set(['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'OVERLOADED']);
const repeatLimitMs = 120_000;
const answerLimitMs = 20_000;
const impatienceMs = 25;

export interface CallerOptions {
  readonly address: (choice: number) => string;
  readonly random: (below: number) => number;
  readonly faults: Faults;
  readonly counts: CallCounts;
}

export type Call = (
  person: Person,
  name: string,
  input: object,
  selection: string,
  type?: string,
) => Promise<any>;

/** Sends mutations, each with a key, to any of the servers, until one has answered. */
export function makeCaller(name: string, options: CallerOptions): Call {
  const { address, random, faults, counts } = options;
  let number = 0;
  return async (person, mutation, input, selection, type) => {
    const inputType = type ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { ${selection} userErrors { code message } } }`;
    const variables = { input: { ...input, idempotencyKey: `${name} ${(number += 1)}` } };
    const startedAt = Date.now();
    counts.calls += 1;
    for (let attempt = 1; Date.now() - startedAt < repeatLimitMs; attempt += 1) {
      if (attempt > 1) counts.repeated += 1;
      // Now and then somebody does not wait for the answer, on the first attempt only.
      const limitMs = attempt === 1 && random(10) === 0 ? 1 + random(impatienceMs) : answerLimitMs;
      const answer = await ask(address(random(1_000)), person, query, variables, limitMs);
      // An answer with an error may lack what has happened since; its repetition tells the whole.
      const payload = answer?.errors ? undefined : answer?.data?.[mutation];
      if (payload?.userErrors.length === 0) return payload;
      if (payload)
        return faults.add(`${name}: ${mutation} was refused: ${JSON.stringify(payload.userErrors)}`);
      const codes = (answer?.errors ?? []).map((error: any) => String(error.extensions?.code));
      const strange = codes.filter((code: string) => !passing.has(code));
      if (strange.length > 0) return faults.add(`${name}: ${mutation}: ${JSON.stringify(answer.errors)}`);
      await sleep(20 + random(150));
    }
    return faults.add(`${name}: ${mutation} got no answer within ${repeatLimitMs / 1000} s`);
  };
}

/** The answer; undefined when there was none. */
async function ask(
  url: string,
  person: Person,
  query: string,
  variables: object,
  limitMs: number,
): Promise<any> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await person.token()}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(limitMs),
    });
    return await response.json();
  } catch {
    return undefined;
  }
}

/** A query, repeated until it is answered. */
export async function askUntilAnswered(address: () => string, person: Person, query: string): Promise<any> {
  const startedAt = Date.now();
  while (Date.now() - startedAt < repeatLimitMs) {
    const answer = await ask(address(), person, query, {}, answerLimitMs);
    if (answer?.data && !answer.errors) return answer.data;
    await sleep(100);
  }
  throw new Error(`No answer within ${repeatLimitMs / 1000} s: ${query}`);
}
