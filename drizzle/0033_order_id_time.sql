-- When a UUIDv7 was made, in milliseconds since 1970: what its first 48 bits are.
create function uuid_v7_ms(id uuid) returns bigint language sql immutable parallel safe
  return ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint;
