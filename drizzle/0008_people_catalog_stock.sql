ALTER TABLE "stock_levels" ADD COLUMN "low_stock_threshold" integer;--> statement-breakpoint
ALTER TABLE "stock_locations" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX "products_name" ON "products" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "customers_name" ON "customers" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "customers_created_at" ON "customers" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "stock_levels_low_stock" ON "stock_levels" USING btree ("location_id","variant_id") WHERE low_stock_threshold is not null;--> statement-breakpoint
CREATE INDEX "users_display_name" ON "users" USING btree ("display_name","id");--> statement-breakpoint
ALTER TABLE "stock_levels" ADD CONSTRAINT "stock_levels_low_stock_threshold" CHECK ("stock_levels"."low_stock_threshold" >= 0);