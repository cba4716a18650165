import { expect, test } from 'vitest';
import { webhookDisabledReason } from '../../src/db/tables/enumerations.ts';
import { composeWebhookMail } from '../../src/mail/compose.ts';
import { languageCodes } from '../../src/mail/texts.ts';

const cases = languageCodes.flatMap((language) =>
  webhookDisabledReason.enumValues.map((reason) => [language, reason] as const),
);

test.each(cases)(
  'in %s, disabled by %s: which endpoint and why, and nothing of its path',
  (language, reason) => {
    const endpoint = { id: 'endpoint-1', url: 'https://receiver.example:8443/hook/token-1?key=2', reason };
    const { subject, text } = composeWebhookMail(language, endpoint, 'Mia Manager');
    expect(subject).toContain('receiver.example:8443');
    expect(text).toContain('Mia Manager');
    expect(text).toContain('endpoint-1');
    expect(`${subject}${text}`).not.toMatch(/[{}]|token-1|key=2/);
  },
);

test('each reason has words of its own', () => {
  const texts = webhookDisabledReason.enumValues.map(
    (reason) => composeWebhookMail('en', { id: 'x', url: 'https://receiver.example', reason }, '').text,
  );
  expect(new Set(texts).size).toBe(texts.length);
});
