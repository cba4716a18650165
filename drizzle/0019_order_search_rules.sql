-- Custom migration: what the text of the order search is found by. The expressions are those of
-- src/orders/order-text.repository.ts, letter by letter.
CREATE INDEX orders_search ON orders USING gin (lower(
  number || ' ' || coalesce(external_reference, '')
) gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX orders_guest_search ON orders USING gin (lower(
  coalesce(contact_name, '') || ' ' || coalesce(contact_email, '') || ' ' || coalesce(contact_phone, '')
) gin_trgm_ops) WHERE customer_id IS NULL;
--> statement-breakpoint
CREATE INDEX order_fulfillments_search ON order_fulfillments USING gin (lower(tracking_number) gin_trgm_ops);
--> statement-breakpoint
-- How alike names have to be: "smiht" is found as "Smith". The setting holds for these functions alone.
CREATE FUNCTION customers_similar_to(term text, at_most integer) RETURNS TABLE (id uuid, place bigint)
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = '0.45' AS $$
  SELECT customers.id, row_number() OVER (ORDER BY word_similarity(term, document) DESC, customers.id)
  FROM customers
    CROSS JOIN LATERAL (SELECT lower(
      name || ' ' || coalesce(company, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')
    )) AS described (document)
  WHERE term <% lower(
    name || ' ' || coalesce(company, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')
  )
  ORDER BY 2 LIMIT at_most
$$;
--> statement-breakpoint
CREATE FUNCTION guest_orders_similar_to(term text, at_most integer) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = '0.45' AS $$
  SELECT orders.id FROM orders
  WHERE customer_id IS NULL AND term <% lower(
    coalesce(contact_name, '') || ' ' || coalesce(contact_email, '') || ' ' || coalesce(contact_phone, '')
  )
  ORDER BY created_at DESC LIMIT at_most
$$;
