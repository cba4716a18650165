-- Custom migration: what the tables' defaults call.

-- UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits. PostgreSQL has a function for it only from 18 on.
CREATE FUNCTION generate_uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
          FROM 1 FOR 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid
$$;
--> statement-breakpoint
CREATE SEQUENCE order_history_position;
--> statement-breakpoint
-- Numbers for people. A sequence never waits for another transaction, and never gives a number twice.
CREATE SEQUENCE order_number;
--> statement-breakpoint
CREATE SEQUENCE fulfillment_number;
--> statement-breakpoint
-- ORD-20261123-0042: the day, then at least four places; it grows past them rather than fail.
CREATE FUNCTION next_document_number(prefix text, numbers regclass, at timestamptz) RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT prefix || '-' || to_char(at AT TIME ZONE 'UTC', 'YYYYMMDD') || '-'
    || CASE WHEN number < 10000 THEN lpad(number::text, 4, '0') ELSE number::text END
  FROM nextval(numbers) AS number
$$;
