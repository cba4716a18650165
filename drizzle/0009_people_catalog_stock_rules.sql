-- Custom migration: finding a part of a text. The expressions are those of the searches in src/, letter by letter.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE INDEX customers_search ON customers USING gin (lower(
  name || ' ' || coalesce(company, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')
) gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX products_search ON products USING gin (lower(name) gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX product_variants_search ON product_variants USING gin (lower(
  sku || ' ' || coalesce(barcode, '') || ' ' || name
) gin_trgm_ops);
