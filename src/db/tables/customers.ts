import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, updatedAt } from '../columns.ts';
import { customerKind } from './enumerations.ts';

export const customers = pgTable(
  'customers',
  {
    id: identifier(),
    /** The customer's key in the system it came from, such as `northwind:ALFKI`. */
    externalReference: text('external_reference').unique('customers_external_reference_unique'),
    name: text('name').notNull(),
    company: text('company'),
    email: text('email'),
    phone: text('phone'),
    kind: customerKind('kind').notNull(),
    erasedAt: instant('erased_at'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('customers_name').on(table.name, table.id),
    index('customers_created_at').on(table.createdAt, table.id),
  ],
);
