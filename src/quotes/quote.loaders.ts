import { loaderByKey, loaderOfChildren } from '../graphql/loading.ts';
import { findQuoteItems, findQuotes, type QuoteItemRow, type QuoteRow } from './quote.repository.ts';

export const quoteById = loaderByKey<QuoteRow>(findQuotes, (quote) => quote.id);

export const itemsOfQuote = loaderOfChildren<QuoteItemRow>(findQuoteItems, (item) => item.quoteId);
