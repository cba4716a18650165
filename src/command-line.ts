import { parseArgs } from 'node:util';

/** What a process does: serve the API, work on jobs, or both. */
export const processRoles = ['all', 'api', 'worker'] as const;
export type ProcessRole = (typeof processRoles)[number];

export const usage = `
Order management API

  npm start                      serves the API and works on jobs
  npm start -- --role api        serves the API; its jobs wait for a worker
  npm start -- --role worker     works on jobs; serves nothing
  npm start -- --help            this

Any number of each may run on one database. Everything else is set in the environment: see README.md.
`;

/** The command line is not right; the message says why and what to do. */
export class CommandLineError extends Error {}

const hint = 'See `npm start -- --help`.';

/** Reads what follows `npm start --`. */
export function readCommandLine(words: readonly string[]): { role: ProcessRole; help: boolean } {
  const { role, help } = parse(words);
  const known = processRoles.find((each) => each === role);
  if (known) return { role: known, help };
  throw new CommandLineError(
    `There is no role "${role}"; --role takes one of ${processRoles.join(', ')}. ${hint}`,
  );
}

function parse(words: readonly string[]): { role: string; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { role: { type: 'string', default: 'all' }, help: { type: 'boolean', default: false } },
    });
    return values;
  } catch (error) {
    // What parseArgs says is meant for people; the first sentence is enough without its advice on dashes.
    const [sentence] = (error as Error).message.split(/\. |\n/);
    // oxlint-disable-next-line preserve-caught-error
    throw new CommandLineError(`${sentence!.replace(/\.$/, '')}. ${hint}`);
  }
}
