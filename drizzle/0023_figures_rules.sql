-- Custom migration: what the figures need beside their tables.

INSERT INTO figures.progress DEFAULT VALUES;
--> statement-breakpoint

-- An interval of two moments, exactly.
CREATE FUNCTION figures.microseconds(span interval) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (extract(epoch FROM span) * 1000000)::bigint;
--> statement-breakpoint

-- To whole seconds below two minutes, and then to steps that are at most a fortieth of the duration away from it. Every
-- step divides a day, so that durations of whole days stay what they are (up to 100 days in steps of six hours).
CREATE FUNCTION figures.round_duration(microseconds bigint) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT (round(microseconds / 1000000.0 / step) * step)::integer FROM (SELECT CASE
  WHEN microseconds < 120000000 THEN 1
  WHEN microseconds < 600000000 THEN 5
  WHEN microseconds < 3600000000 THEN 30
  WHEN microseconds < 21600000000 THEN 120
  WHEN microseconds < 86400000000 THEN 600
  WHEN microseconds < 864000000000 THEN 3600
  WHEN microseconds < 8640000000000 THEN 21600
  ELSE 86400 END AS step) AS chosen);
--> statement-breakpoint

-- The rows of the last days are written again and again: room in their pages keeps that from touching the indexes.
ALTER TABLE figures.progress SET (fillfactor = 10);
--> statement-breakpoint
ALTER TABLE figures.daily SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE figures.durations SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE figures.order_facts SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE figures.fulfillment_facts SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE figures.reservation_facts SET (fillfactor = 80);
