ALTER TABLE "return_items" ADD COLUMN "quantity_received" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "return_items" ADD COLUMN "location_id" uuid;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "reject_reason" text;--> statement-breakpoint
ALTER TABLE "return_items" ADD CONSTRAINT "return_items_location_id_stock_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."stock_locations"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "returns_created_at" ON "returns" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "returns_status" ON "returns" USING btree ("status","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "returns_one_open_per_order" ON "returns" USING btree ("order_id") WHERE status in ('requested', 'approved');--> statement-breakpoint
ALTER TABLE "return_items" ADD CONSTRAINT "return_items_quantity_received" CHECK (quantity_received between 0 and quantity);