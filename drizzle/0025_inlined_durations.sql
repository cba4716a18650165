-- Custom migration: the same rounding, written so that PostgreSQL can put it into the statement that calls it. A function
-- with a subselect, or a strict one around CASE, is run as a query of its own for each call. Of null it is still null.
CREATE OR REPLACE FUNCTION figures.round_duration(microseconds bigint) RETURNS integer
LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
RETURN CASE
  WHEN microseconds < 120000000 THEN round(microseconds / 1000000.0)
  WHEN microseconds < 600000000 THEN round(microseconds / 1000000.0 / 5) * 5
  WHEN microseconds < 3600000000 THEN round(microseconds / 1000000.0 / 30) * 30
  WHEN microseconds < 21600000000 THEN round(microseconds / 1000000.0 / 120) * 120
  WHEN microseconds < 86400000000 THEN round(microseconds / 1000000.0 / 600) * 600
  WHEN microseconds < 864000000000 THEN round(microseconds / 1000000.0 / 3600) * 3600
  WHEN microseconds < 8640000000000 THEN round(microseconds / 1000000.0 / 21600) * 21600
  ELSE round(microseconds / 1000000.0 / 86400) * 86400
END::integer;
