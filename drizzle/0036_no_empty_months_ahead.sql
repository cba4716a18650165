-- The first migration made the history's partitions of two years ahead. Each costs every read of an order's history, so
-- that now only the next three months are there, as the worker and each start keep it. What is written to is kept.
DO $$
DECLARE
  month regclass;
  is_written boolean;
BEGIN
  FOR month IN
    SELECT inhrelid::regclass FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'public.order_history'::regclass
      AND relname > 'order_history_' || to_char(now() AT TIME ZONE 'UTC' + interval '3 months', 'YYYY_MM')
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', month) INTO is_written;
    IF NOT is_written THEN
      EXECUTE format('DROP TABLE %s', month);
    END IF;
  END LOOP;
END
$$;
