-- Custom migration: the history of each order becomes a hash chain (docs/history.md).

ALTER TABLE order_history
  ADD COLUMN chain_place integer,
  ADD COLUMN hash bytea,
  ADD COLUMN origin_digest bytea,
  ADD COLUMN origin_salt uuid;
--> statement-breakpoint

-- Where the chain of each order ends, so that entries missing from the end are found. It is not on the order itself: a
-- new version of that row would raise updated_at and write to each of its indexes, for every entry of the history.
CREATE TABLE order_history_heads (
  order_id uuid PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
  length integer NOT NULL,
  hash bytea NOT NULL
) WITH (fillfactor = 70);
--> statement-breakpoint

-- Links a new entry to the one before it.
--
-- A chain cannot fork. Commands hold the advisory lock of their order, and even a writer without it waits here: the
-- update locks the row of the order's head until its transaction ends, and whoever waited takes the head as it is by
-- then, not as it was when the statement began. Of two first entries, which only the command that makes the order
-- could write, the primary key refuses one. Rows of one INSERT are linked in their order, since each update is a
-- command of its own and sees the one before.
--
-- Address and program are in the hash by a digest with a random salt only, so that they can be erased with the salt
-- while the chain still holds. Without the salt the digest cannot be guessed back.
CREATE FUNCTION chain_history_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  content bytea;
BEGIN
  IF NEW.ip_address IS NULL AND NEW.user_agent IS NULL THEN
    NEW.origin_salt := NULL;
    NEW.origin_digest := NULL;
  ELSE
    NEW.origin_salt := gen_random_uuid();
    NEW.origin_digest := sha256(convert_to(
      jsonb_build_array(NEW.origin_salt, NEW.ip_address, NEW.user_agent)::text, 'UTF8'));
  END IF;
  content := sha256(convert_to(jsonb_build_array(
    NEW.id, NEW.order_id, NEW.fulfillment_id, NEW.action, NEW.old_status, NEW.new_status, NEW.description,
    NEW.performed_by_id, NEW.additional_data, NEW.transaction_id::text, NEW.position,
    (extract(epoch FROM NEW.created_at) * 1000000)::bigint, encode(NEW.origin_digest, 'hex'))::text, 'UTF8'));
  UPDATE order_history_heads AS head
  SET length = head.length + 1, hash = sha256(head.hash || int4send(head.length + 1) || content)
  WHERE head.order_id = NEW.order_id
  RETURNING head.length, head.hash INTO NEW.chain_place, NEW.hash;
  IF NOT FOUND THEN
    INSERT INTO order_history_heads (order_id, length, hash)
    VALUES (NEW.order_id, 1, sha256(int4send(1) || content))
    RETURNING length, hash INTO NEW.chain_place, NEW.hash;
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint

-- What is there already is linked in the order of the log. The order of the locks does not matter: nobody else writes.
LOCK TABLE order_history IN ACCESS EXCLUSIVE MODE;
--> statement-breakpoint
ALTER TABLE order_history DISABLE TRIGGER order_history_append_only;
--> statement-breakpoint
CREATE TRIGGER chain_existing BEFORE UPDATE ON order_history FOR EACH ROW EXECUTE FUNCTION chain_history_entry();
--> statement-breakpoint
DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT id, created_at FROM order_history ORDER BY transaction_id, position LOOP
    UPDATE order_history SET chain_place = 0 WHERE id = entry.id AND created_at = entry.created_at;
  END LOOP;
END
$$;
--> statement-breakpoint
DROP TRIGGER chain_existing ON order_history;
--> statement-breakpoint
ALTER TABLE order_history ENABLE TRIGGER order_history_append_only;
--> statement-breakpoint
ALTER TABLE order_history ALTER COLUMN chain_place SET NOT NULL, ALTER COLUMN hash SET NOT NULL;
--> statement-breakpoint
CREATE TRIGGER order_history_chain BEFORE INSERT ON order_history
  FOR EACH ROW EXECUTE FUNCTION chain_history_entry();
--> statement-breakpoint

-- Append-only, but for one thing: where an entry came from may be erased, wholly and without any other change.
CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    OLD.ip_address := NULL;
    OLD.user_agent := NULL;
    OLD.origin_salt := NULL;
    -- Compared byte by byte: what is equal but written differently, such as 1 and 1.0 in JSON, has another hash.
    IF NEW *= OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP)
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;
--> statement-breakpoint
DROP TRIGGER order_history_append_only ON order_history;
--> statement-breakpoint
CREATE TRIGGER order_history_append_only BEFORE UPDATE OR DELETE ON order_history
  FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
--> statement-breakpoint

-- Only the trigger of the history moves the heads.
CREATE TRIGGER order_history_heads_follow BEFORE INSERT OR UPDATE OR DELETE ON order_history_heads
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER order_history_heads_not_emptied BEFORE TRUNCATE ON order_history_heads
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
