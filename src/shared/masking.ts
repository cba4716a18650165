/** Keeps the last two characters, so that two numbers can be told apart but not be called. */
export function mask(text: string): string {
  return `${'*'.repeat(Math.max(text.length - 2, 0))}${text.slice(-2)}`;
}

/** `maria@example.com` becomes `m***@***.com`. */
export function maskEmail(email: string): string {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return `${email.slice(0, 1)}***@***${domain.slice(domain.lastIndexOf('.'))}`;
}

/** The data of a history entry for viewers who see no money: without the amounts, which end in `Minor` by rule. */
export function withoutAmounts(data: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (key.endsWith('Minor') ? undefined : value)),
  );
}
