CREATE INDEX "orders_payment_state" ON "orders" USING btree ("payment_state","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_fulfillment_state" ON "orders" USING btree ("fulfillment_state","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_shipped_at" ON "orders" USING btree ("shipped_at","id") WHERE shipped_at is not null;--> statement-breakpoint
CREATE INDEX "orders_delivered_at" ON "orders" USING btree ("delivered_at","id") WHERE delivered_at is not null;--> statement-breakpoint
CREATE INDEX "orders_held" ON "orders" USING btree ("created_at","id") WHERE held_at is not null;--> statement-breakpoint
CREATE INDEX "orders_open_promised" ON "orders" USING btree ("promised_ship_at","id") WHERE status in ('pending', 'confirmed', 'processing', 'packed');--> statement-breakpoint
CREATE INDEX "orders_tags" ON "orders" USING gin ("tags");