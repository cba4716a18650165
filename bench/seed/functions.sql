-- What both seeds call, kept in the session.

-- As good as random, and the same for the same place and salt.
create or replace function pg_temp.dice(place bigint, salt integer, sides integer) returns integer
language sql immutable as $$
  select ((hashint8extended(place, salt) & 4503599627370495) % sides)::integer
$$;

-- Identifiers look like UUIDv7, and say what they name and which one: so they are the same in every run.
create or replace function pg_temp.reference(kind text, place bigint) returns uuid
language sql immutable as $$
  select ('019a00000000' || '7' || kind || '8' || lpad(to_hex(place), 15, '0'))::uuid
$$;

-- The moment so many hours later; null when that is still to come.
create or replace function pg_temp.reached(since timestamptz, hours float8, until timestamptz) returns timestamptz
language sql immutable as $$
  select case when since + hours * interval '1 hour' <= until then since + hours * interval '1 hour' end
$$;

-- Low places are picked much oftener than high ones, as in every shop.
create or replace function pg_temp.popular(place bigint, salt integer, number integer) returns integer
language sql immutable as $$
  select floor(number * power(pg_temp.dice(place, salt, 1000000) / 1e6::float8, 2.5))::integer
$$;

-- At least four digits, as the numbers of documents have.
create or replace function pg_temp.padded(number bigint) returns text language sql immutable as $$
  select lpad(number::text, greatest(length(number::text), 4), '0')
$$;
