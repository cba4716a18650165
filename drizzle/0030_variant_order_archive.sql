-- Whatever reads order_items reads both.
DROP INDEX archive.order_items_variant_id_idx;--> statement-breakpoint
CREATE INDEX order_items_variant_order ON archive.order_items USING btree (variant_id, order_id);
