/** Keeps the last two characters, so that two numbers can be told apart but not be called. */
export function mask(text: string): string {
  return `${'*'.repeat(Math.max(text.length - 2, 0))}${text.slice(-2)}`;
}

/** `maria@example.com` becomes `m***@***.com`. */
export function maskEmail(email: string): string {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return `${email.slice(0, 1)}***@***${domain.slice(domain.lastIndexOf('.'))}`;
}

/**
 * The data of a history entry for viewers who see no money: nothing of what names a payment, and of the rest what is no
 * amount; amounts end in `Minor` by rule.
 */
export function withoutMoney(data: Record<string, unknown>): Record<string, unknown> | null {
  if ('paymentId' in data || 'refundIds' in data) return null;
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (key.endsWith('Minor') ? undefined : value)),
  );
}
