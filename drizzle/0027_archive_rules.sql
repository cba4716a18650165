-- Custom migration: the archive (docs/decisions/0009-archive.md). Its tables inherit from the live ones, so that what
-- reads an order reads it wherever it is; the live list leaves them out by the check constraints on archived_at.
CREATE SCHEMA archive;
--> statement-breakpoint
-- The tables that an order consists of, in the order in which they are copied. Deleting the order deletes the rest.
CREATE FUNCTION archive.tables_of_an_order() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY['orders', 'order_items', 'order_fulfillments', 'fulfillment_items', 'inventory_reservations',
    'order_notes', 'returns', 'return_items', 'payments', 'order_history_heads']
$$;
--> statement-breakpoint
DO $$
DECLARE
  moved text[] := archive.tables_of_an_order();
  each_table text;
  reference record;
BEGIN
  -- A foreign key looks into the one table that it names. Those of what stays are replaced by triggers, below.
  FOR reference IN
    SELECT conrelid::regclass AS holder, conname FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND confrelid = ANY (moved::regclass[]) AND NOT conrelid = ANY (moved::regclass[])
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', reference.holder, reference.conname);
  END LOOP;
  FOREACH each_table IN ARRAY moved LOOP
    EXECUTE format('CREATE TABLE archive.%1$I (LIKE public.%1$I INCLUDING ALL)', each_table);
    EXECUTE format('ALTER TABLE archive.%1$I INHERIT public.%1$I', each_table);
  END LOOP;
  FOR reference IN
    SELECT relname AS holder, conname, pg_get_constraintdef(pg_constraint.oid) AS definition,
      confrelid = ANY (moved::regclass[]) AS is_within
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE contype = 'f' AND conrelid = ANY (moved::regclass[])
  LOOP
    EXECUTE format('ALTER TABLE archive.%I ADD CONSTRAINT %I %s', reference.holder, reference.conname,
      CASE WHEN reference.is_within THEN replace(reference.definition, 'REFERENCES ', 'REFERENCES archive.')
        ELSE reference.definition END);
  END LOOP;
  FOREACH each_table IN ARRAY moved LOOP
    CONTINUE WHEN NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = each_table::regclass AND attname = 'updated_at');
    EXECUTE format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON archive.%I
      FOR EACH ROW EXECUTE FUNCTION set_updated_at()', each_table);
  END LOOP;
END
$$;
--> statement-breakpoint
ALTER TABLE orders ADD CONSTRAINT orders_not_archived CHECK (archived_at IS NULL) NO INHERIT;
--> statement-breakpoint
ALTER TABLE archive.orders ADD CONSTRAINT orders_archived CHECK (archived_at IS NOT NULL);
--> statement-breakpoint

-- An order with a history leaves the live tables for the archive and for nowhere else, and so do its fulfillments. Until
-- now that followed from the history's foreign keys.
CREATE FUNCTION archive.require_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM ONLY public.order_history_heads WHERE order_id = OLD.id)
    AND NOT EXISTS (SELECT FROM archive.orders WHERE id = OLD.id) THEN
    RAISE EXCEPTION 'orders with a history are never deleted: delete refused'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END
$$;
--> statement-breakpoint
CREATE TRIGGER leaves_for_the_archive BEFORE DELETE ON orders
  FOR EACH ROW EXECUTE FUNCTION archive.require_archived();
--> statement-breakpoint
CREATE FUNCTION archive.require_archived_fulfillment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM archive.order_fulfillments WHERE id = OLD.id)
    AND EXISTS (SELECT FROM public.order_history WHERE order_id = OLD.order_id AND fulfillment_id = OLD.id) THEN
    RAISE EXCEPTION 'fulfillments with a history are never deleted: delete refused'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END
$$;
--> statement-breakpoint
CREATE TRIGGER leaves_for_the_archive BEFORE DELETE ON order_fulfillments
  FOR EACH ROW EXECUTE FUNCTION archive.require_archived_fulfillment();
--> statement-breakpoint
CREATE TRIGGER archived_orders_stay BEFORE DELETE ON archive.orders
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER archived_orders_not_emptied BEFORE TRUNCATE ON archive.orders
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- New entries of an archived order, such as that its customer was erased, move its head as in the live table.
CREATE TRIGGER order_history_heads_follow BEFORE UPDATE OR DELETE ON archive.order_history_heads
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER order_history_heads_not_emptied BEFORE TRUNCATE ON archive.order_history_heads
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- In the place of the foreign keys: what is named has to be in the live table or in the archive. An entry of the history
-- needs none for its order, since the head of the order's chain has one.
CREATE FUNCTION archive.require_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.orders WHERE id = NEW.order_id) THEN
    RAISE EXCEPTION 'there is no order %', NEW.order_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER require_order AFTER INSERT OR UPDATE OF order_id ON stock_movements
  FOR EACH ROW WHEN (NEW.order_id IS NOT NULL) EXECUTE FUNCTION archive.require_order();
--> statement-breakpoint
CREATE TRIGGER require_order AFTER INSERT OR UPDATE OF order_id ON quotes
  FOR EACH ROW WHEN (NEW.order_id IS NOT NULL) EXECUTE FUNCTION archive.require_order();
--> statement-breakpoint
CREATE TRIGGER require_order AFTER INSERT OR UPDATE OF order_id ON webhook_deliveries
  FOR EACH ROW EXECUTE FUNCTION archive.require_order();
--> statement-breakpoint
CREATE FUNCTION archive.require_fulfillment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.order_fulfillments WHERE id = NEW.fulfillment_id) THEN
    RAISE EXCEPTION 'there is no fulfillment %', NEW.fulfillment_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER require_fulfillment AFTER INSERT ON order_history
  FOR EACH ROW WHEN (NEW.fulfillment_id IS NOT NULL) EXECUTE FUNCTION archive.require_fulfillment();
--> statement-breakpoint
CREATE FUNCTION archive.require_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.payments WHERE id = NEW.payment_id) THEN
    RAISE EXCEPTION 'there is no payment %', NEW.payment_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER require_payment AFTER INSERT ON payment_provider_events
  FOR EACH ROW EXECUTE FUNCTION archive.require_payment();
--> statement-breakpoint

-- What is unique is so across both. Before the insert, what the archive has is left to it, as `on conflict do nothing`
-- leaves what the live table has; after it, an order that was archived between the two is seen.
CREATE FUNCTION archive.leave_known_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM archive.orders WHERE channel = NEW.channel AND external_reference = NEW.external_reference
  ) THEN
    RETURN NEW;
  END IF;
  IF TG_WHEN = 'BEFORE' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the archive has an order with this external reference' USING ERRCODE = 'unique_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER leave_known BEFORE INSERT ON orders
  FOR EACH ROW WHEN (NEW.external_reference IS NOT NULL) EXECUTE FUNCTION archive.leave_known_order();
--> statement-breakpoint
CREATE TRIGGER not_archived_meanwhile AFTER INSERT ON orders
  FOR EACH ROW WHEN (NEW.external_reference IS NOT NULL) EXECUTE FUNCTION archive.leave_known_order();
--> statement-breakpoint
CREATE FUNCTION archive.leave_known_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM archive.payments
    WHERE method = NEW.method AND kind = NEW.kind AND provider_reference = NEW.provider_reference
  ) THEN
    RETURN NEW;
  END IF;
  IF TG_WHEN = 'BEFORE' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the archive has a payment with this reference' USING ERRCODE = 'unique_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER leave_known BEFORE INSERT ON payments
  FOR EACH ROW WHEN (NEW.provider_reference IS NOT NULL) EXECUTE FUNCTION archive.leave_known_payment();
--> statement-breakpoint
CREATE TRIGGER not_archived_meanwhile AFTER INSERT OR UPDATE OF provider_reference ON payments
  FOR EACH ROW WHEN (NEW.provider_reference IS NOT NULL) EXECUTE FUNCTION archive.leave_known_payment();
--> statement-breakpoint

-- Live orders on which nothing is left to do, by when they were last touched.
CREATE VIEW archive.settled_orders AS
  SELECT orders.id, orders.customer_id, orders.updated_at FROM ONLY orders
  WHERE orders.status IN ('completed', 'refunded', 'cancelled') AND orders.held_at IS NULL
    AND NOT EXISTS (SELECT FROM ONLY inventory_reservations AS kept WHERE kept.order_id = orders.id AND kept.is_active)
    AND NOT EXISTS (
      SELECT FROM ONLY returns WHERE returns.order_id = orders.id AND returns.status IN ('requested', 'approved'))
    AND NOT EXISTS (SELECT FROM ONLY payments WHERE payments.order_id = orders.id AND payments.state = 'pending')
    AND NOT EXISTS (
      SELECT FROM ONLY order_fulfillments AS parcel WHERE parcel.order_id = orders.id
        AND parcel.status NOT IN ('shipped', 'partially_fulfilled', 'fulfilled', 'cancelled'));
--> statement-breakpoint

-- Moves up to so many orders that nobody has touched for so many days, oldest first; returns how many. Never waits for
-- somebody who works on an order: what is locked is left for the next time.
CREATE FUNCTION archive.move_orders(days integer, at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  untouched_since timestamptz := now() - make_interval(days => days);
  candidate record;
  chosen uuid[] := '{}';
  each_table text;
  columns text;
  condition text;
BEGIN
  -- The advisory lock of every command on an order; then the customer's, against erasing; then the rows.
  FOR candidate IN
    SELECT id FROM archive.settled_orders WHERE updated_at < untouched_since
      AND NOT EXISTS (SELECT FROM order_history WHERE order_id = settled_orders.id AND created_at >= untouched_since)
    ORDER BY updated_at, id LIMIT at_most
  LOOP
    IF pg_try_advisory_xact_lock(hashtextextended(candidate.id::text, 0)) THEN
      chosen := chosen || candidate.id;
    END IF;
  END LOOP;
  WITH locked AS MATERIALIZED (
    SELECT id FROM customers WHERE id IN (SELECT customer_id FROM ONLY orders WHERE orders.id = ANY (chosen))
    FOR KEY SHARE SKIP LOCKED
  )
  SELECT coalesce(array_agg(settled.id), '{}') INTO chosen FROM archive.settled_orders AS settled
  WHERE settled.id = ANY (chosen) AND settled.updated_at < untouched_since
    AND (settled.customer_id IS NULL OR settled.customer_id IN (SELECT id FROM locked));
  SELECT coalesce(array_agg(id), '{}') INTO chosen FROM (
    SELECT id FROM ONLY orders WHERE id = ANY (chosen) AND updated_at < untouched_since FOR UPDATE SKIP LOCKED
  ) AS locked;
  IF chosen = '{}' THEN
    RETURN 0;
  END IF;
  FOREACH each_table IN ARRAY archive.tables_of_an_order() LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = format('public.%I', each_table)::regclass AND attnum > 0 AND NOT attisdropped
      AND attgenerated = '' AND NOT (each_table = 'orders' AND attname = 'archived_at');
    condition := CASE each_table
      WHEN 'orders' THEN 'id = ANY ($1)'
      WHEN 'fulfillment_items' THEN
        'fulfillment_id IN (SELECT id FROM ONLY public.order_fulfillments WHERE order_id = ANY ($1))'
      WHEN 'return_items' THEN 'return_id IN (SELECT id FROM ONLY public.returns WHERE order_id = ANY ($1))'
      ELSE 'order_id = ANY ($1)' END;
    EXECUTE format('INSERT INTO archive.%1$I (%2$s %3$s) SELECT %2$s %4$s FROM ONLY public.%1$I WHERE %5$s',
      each_table, columns, CASE each_table WHEN 'orders' THEN ', archived_at' END,
      CASE each_table WHEN 'orders' THEN ', clock_timestamp()' END, condition) USING chosen;
  END LOOP;
  -- The foreign keys take the rest along.
  DELETE FROM ONLY orders WHERE id = ANY (chosen);
  RETURN cardinality(chosen);
END
$$;
--> statement-breakpoint

-- The months that are no longer part of the log: the same columns, indexes and rules.
CREATE TABLE archive.order_history (LIKE public.order_history INCLUDING ALL) PARTITION BY RANGE (created_at);
--> statement-breakpoint
ALTER TABLE archive.order_history ADD CONSTRAINT order_history_performed_by_id_users_id_fk
  FOREIGN KEY (performed_by_id) REFERENCES users (id) ON DELETE RESTRICT;
--> statement-breakpoint
CREATE TRIGGER order_history_append_only BEFORE INSERT OR UPDATE OR DELETE ON archive.order_history
  FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
--> statement-breakpoint
CREATE TRIGGER order_history_not_emptied BEFORE TRUNCATE ON archive.order_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE VIEW archive.every_history_entry AS
  SELECT * FROM public.order_history UNION ALL SELECT * FROM archive.order_history;
--> statement-breakpoint
-- Where the log begins: everything up to this place, and all that was written before this time, may be in the archive.
CREATE TABLE archive.log_beginning (
  is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
  transaction_id xid8 NOT NULL DEFAULT '0',
  position bigint NOT NULL DEFAULT 0,
  kept_from timestamptz NOT NULL DEFAULT '-infinity'
);
--> statement-breakpoint
INSERT INTO archive.log_beginning DEFAULT VALUES;
--> statement-breakpoint

-- The oldest month of the log, if it ended so many months ago and nobody needs it there any more: all its orders have
-- been in the archive for a day, and figures and active webhook endpoints are past it.
CREATE FUNCTION archive.month_to_detach(months integer) RETURNS TABLE (name text, starts_at timestamptz, ends_at timestamptz)
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
  month date;
  is_needed boolean;
BEGIN
  SELECT relname, to_date(right(relname, 7), 'YYYY_MM') INTO name, month
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'public.order_history'::regclass ORDER BY 2 LIMIT 1;
  IF month IS NULL OR month + interval '1 month' > date_trunc('month', now()) - make_interval(months => months) THEN
    RETURN;
  END IF;
  EXECUTE format(
    'SELECT EXISTS (
       SELECT FROM public.%1$I AS entry WHERE NOT EXISTS (
         SELECT FROM archive.orders WHERE id = entry.order_id AND archived_at < now() - interval ''1 day'')
     ) OR EXISTS (
       SELECT FROM public.%1$I AS entry,
         (SELECT transaction_id, position FROM figures.progress
          UNION ALL SELECT cursor.transaction_id, cursor.position FROM webhook_cursors AS cursor
            JOIN webhook_endpoints AS endpoint ON endpoint.id = cursor.endpoint_id AND endpoint.active
         ) AS reader
       WHERE (entry.transaction_id, entry.position) > (reader.transaction_id, reader.position))', name) INTO is_needed;
  IF NOT is_needed THEN
    starts_at := month::timestamptz;
    ends_at := (month + interval '1 month')::timestamptz;
    RETURN NEXT;
  END IF;
END
$$;
--> statement-breakpoint

-- Moves a month from the log to the archive, without touching its rows. The caller has validated a constraint
-- `within_month` on it, so that nothing is read under the lock, and bounds the wait for the lock.
CREATE FUNCTION archive.detach_month(months integer) RETURNS text LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
  month record;
BEGIN
  -- The partition first: nothing can come into it between being looked at and being detached.
  SELECT * INTO month FROM archive.month_to_detach(months);
  IF month.name IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('LOCK TABLE public.%I IN SHARE MODE', month.name);
  SELECT * INTO month FROM archive.month_to_detach(months);
  IF month.name IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format(
    'UPDATE archive.log_beginning SET transaction_id = latest.transaction_id, position = latest.position
     FROM (SELECT transaction_id, position FROM public.%I ORDER BY transaction_id DESC, position DESC LIMIT 1) AS latest
     WHERE (latest.transaction_id, latest.position) > (log_beginning.transaction_id, log_beginning.position)', month.name);
  UPDATE archive.log_beginning SET kept_from = month.ends_at;
  EXECUTE format('ALTER TABLE public.order_history DETACH PARTITION public.%I', month.name);
  EXECUTE format('ALTER TABLE public.%I SET SCHEMA archive', month.name);
  EXECUTE format('ALTER TABLE archive.order_history ATTACH PARTITION archive.%I FOR VALUES FROM (%L) TO (%L)',
    month.name, month.starts_at, month.ends_at);
  EXECUTE format('ALTER TABLE archive.%I DROP CONSTRAINT IF EXISTS within_month', month.name);
  RETURN month.name;
END
$$;
--> statement-breakpoint

-- As before, but a month before the beginning of the log is not made again: history there would come before what the
-- archive holds, and after it in the log.
CREATE OR REPLACE FUNCTION ensure_history_partitions(first_moment timestamptz, last_moment timestamptz) RETURNS integer
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
  month date := date_trunc('month', first_moment)::date;
  partition_name text;
  created integer := 0;
BEGIN
  WHILE month <= last_moment LOOP
    partition_name := 'order_history_' || to_char(month, 'YYYY_MM');
    IF to_regclass('public.' || partition_name) IS NULL THEN
      -- One maker at a time; whoever waited finds the partition made.
      PERFORM pg_advisory_xact_lock(hashtext('ensure_history_partitions'));
      IF to_regclass('public.' || partition_name) IS NULL THEN
        IF month < (SELECT kept_from FROM archive.log_beginning) THEN
          RAISE EXCEPTION 'the history of % is archived: nothing can be added to it', to_char(month, 'YYYY-MM')
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        EXECUTE format(
          'CREATE TABLE public.%I PARTITION OF order_history FOR VALUES FROM (%L) TO (%L)',
          partition_name, month::timestamptz, (month + interval '1 month')::timestamptz
        );
        created := created + 1;
      END IF;
    END IF;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN created;
END
$$;
