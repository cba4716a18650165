import type { WebhookDisabledReason } from '../db/tables/enumerations.ts';
import type { MailedEvent } from '../write/request-jobs.ts';
import { english } from './languages/en.ts';
import { german } from './languages/de.ts';

/** All that an e-mail says in one language. `{word}` stands for a value; docs/emails.md lists them. */
export interface Texts {
  /** Where the customer's name is known, and where it is not. */
  readonly greeting: { readonly named: string; readonly nameless: string };
  readonly closing: string;
  readonly events: Readonly<Record<MailedEvent, { readonly subject: string; readonly body: string }>>;
  readonly note: { readonly subject: string; readonly body: string };
  /** To the managers, about a receiver of events. The reasons are those of the database. */
  readonly webhookDisabled: {
    readonly subject: string;
    readonly body: string;
    readonly reasons: Readonly<Record<WebhookDisabledReason, string>>;
  };
  /** A line of the order. */
  readonly item: string;
  /** A parcel; the second where the goods are collected. */
  readonly parcel: string;
  readonly pickup: string;
}

export const languages = { en: english, de: german } as const satisfies Record<string, Texts>;
export type Language = keyof typeof languages;
export const languageCodes = Object.keys(languages) as [Language, ...Language[]];
