-- Custom migration: the rules that Drizzle cannot say.

-- The history becomes a table partitioned by month, with the columns and indexes that Drizzle gave it.
ALTER TABLE order_history RENAME TO order_history_template;
--> statement-breakpoint
CREATE TABLE order_history (LIKE order_history_template INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
  PARTITION BY RANGE (created_at);
--> statement-breakpoint
DROP TABLE order_history_template;
--> statement-breakpoint
ALTER TABLE order_history
  ADD CONSTRAINT order_history_primary_key PRIMARY KEY (id, created_at),
  ADD CONSTRAINT order_history_order_id_orders_id_fk
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  ADD CONSTRAINT order_history_fulfillment_id_order_fulfillments_id_fk
    FOREIGN KEY (fulfillment_id) REFERENCES order_fulfillments (id) ON DELETE CASCADE,
  ADD CONSTRAINT order_history_performed_by_id_users_id_fk
    FOREIGN KEY (performed_by_id) REFERENCES users (id) ON DELETE RESTRICT;
--> statement-breakpoint
CREATE INDEX order_history_order ON order_history (order_id, created_at, position);
--> statement-breakpoint
CREATE INDEX order_history_log ON order_history (transaction_id, position);
--> statement-breakpoint

-- Makes the partitions of every month between two moments; those that exist stay as they are.
CREATE FUNCTION ensure_history_partitions(first_moment timestamptz, last_moment timestamptz) RETURNS integer
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
  month date := date_trunc('month', first_moment)::date;
  partition_name text;
  created integer := 0;
BEGIN
  WHILE month <= last_moment LOOP
    partition_name := 'order_history_' || to_char(month, 'YYYY_MM');
    IF to_regclass(partition_name) IS NULL THEN
      -- One maker at a time; whoever waited finds the partition made.
      PERFORM pg_advisory_xact_lock(hashtext('ensure_history_partitions'));
      IF to_regclass(partition_name) IS NULL THEN
        EXECUTE format(
          'CREATE TABLE %I PARTITION OF order_history FOR VALUES FROM (%L) TO (%L)',
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
--> statement-breakpoint
SELECT ensure_history_partitions(now() - interval '1 month', now() + interval '24 months');
--> statement-breakpoint

-- Audit trail and stock ledger only grow.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP)
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER order_history_append_only BEFORE UPDATE OR DELETE ON order_history
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER order_history_not_emptied BEFORE TRUNCATE ON order_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OR DELETE ON stock_movements
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER stock_movements_not_emptied BEFORE TRUNCATE ON stock_movements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END
$$;
--> statement-breakpoint
DO $$
DECLARE
  mutable_table text;
BEGIN
  FOR mutable_table IN
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'updated_at'
  LOOP
    EXECUTE format(
      'CREATE TRIGGER set_updated_at BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION set_updated_at()',
      mutable_table
    );
  END LOOP;
END
$$;
--> statement-breakpoint
INSERT INTO log_identity DEFAULT VALUES;
