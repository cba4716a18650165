CREATE INDEX "orders_delivered_created" ON "orders" USING btree ("created_at","id") WHERE delivered_at is not null;--> statement-breakpoint
CREATE INDEX "orders_promised_before_created" ON "orders" USING btree ("promised_ship_at","created_at") WHERE promised_ship_at < created_at;--> statement-breakpoint
CREATE INDEX "orders_shipped_before_created" ON "orders" USING btree ("shipped_at","created_at") WHERE shipped_at < created_at;--> statement-breakpoint
CREATE INDEX "orders_delivered_before_created" ON "orders" USING btree ("delivered_at","created_at") WHERE delivered_at < created_at;