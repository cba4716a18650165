import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A mistake of the person at the keyboard, or of the machine: shown without a stack. */
export class BenchError extends Error {}

export function readArguments<Options extends ParseArgsConfig>(config: Options, usage: string) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new BenchError(`${(error as Error).message}\n\n${usage}`);
  }
}

export function wholeNumber(text: string, name: string, maximum: number): number {
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(number) || number < 1 || number > maximum) {
    throw new BenchError(`${name} must be a whole number from 1 to ${maximum}, not "${text}".`);
  }
  return number;
}

/** Runs a script of the bench, and ends with a code that says how it went. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: Error) => {
    process.stderr.write(
      `\n${error instanceof BenchError ? error.message : (error.stack ?? error.message)}\n`,
    );
    process.exitCode = 1;
  });
}
