DROP INDEX "order_items_variant_id";--> statement-breakpoint
CREATE INDEX "order_items_variant_order" ON "order_items" USING btree ("variant_id","order_id");