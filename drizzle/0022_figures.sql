CREATE SCHEMA "figures";
--> statement-breakpoint
CREATE TYPE "figures"."duration_kind" AS ENUM('processing_time', 'cycle_time', 'packing_time', 'response_time');--> statement-breakpoint
CREATE TYPE "figures"."measure" AS ENUM('order_status', 'order_standing', 'order_open', 'order_held', 'order_completed', 'order_cancelled', 'order_refunded', 'order_returned', 'order_with_note', 'note_internal', 'note_public', 'revenue', 'refunds', 'order_shipped', 'order_promised', 'order_on_time', 'units_reserved', 'units_fulfilled', 'units_expired', 'units_held', 'fulfillment_status', 'fulfillment_standing', 'fulfillment_shipped', 'fulfillment_packed', 'units_picked', 'mis_scans', 'processing_time', 'cycle_time', 'packing_time', 'response_time');--> statement-breakpoint
CREATE TYPE "figures"."period" AS ENUM('day', 'month');--> statement-breakpoint
CREATE TABLE "figures"."daily" (
	"location_id" uuid NOT NULL,
	"measure" "figures"."measure" NOT NULL,
	"day" date NOT NULL,
	"channel" "channel" NOT NULL,
	"label" text NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "daily_key" PRIMARY KEY("location_id","measure","day","channel","label")
);
--> statement-breakpoint
CREATE TABLE "figures"."durations" (
	"location_id" uuid NOT NULL,
	"kind" "figures"."duration_kind" NOT NULL,
	"period" "figures"."period" NOT NULL,
	"starts_on" date NOT NULL,
	"channel" "channel" NOT NULL,
	"seconds" integer NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "durations_key" PRIMARY KEY("location_id","kind","period","starts_on","channel","seconds")
);
--> statement-breakpoint
CREATE TABLE "figures"."progress" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"transaction_id" "xid8" DEFAULT '0' NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "figures"."fulfillment_facts" (
	"order_id" uuid NOT NULL,
	"fulfillment_id" uuid NOT NULL,
	"channel" "channel" NOT NULL,
	"location_id" uuid NOT NULL,
	"status" "fulfillment_status" NOT NULL,
	"created_on" date NOT NULL,
	"shipped_on" date,
	"cycle_time" bigint,
	"packed_on" date,
	"packing_time" bigint,
	"picked_on" date,
	"units_picked" bigint NOT NULL,
	"mis_scans" bigint NOT NULL,
	CONSTRAINT "fulfillment_facts_key" PRIMARY KEY("order_id","fulfillment_id")
);
--> statement-breakpoint
CREATE TABLE "figures"."order_facts" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"channel" "channel" NOT NULL,
	"status" "order_status" NOT NULL,
	"is_open" boolean NOT NULL,
	"is_held" boolean NOT NULL,
	"created_on" date NOT NULL,
	"promised_ship_at" timestamp with time zone,
	"shipped_on" date,
	"processing_time" bigint,
	"was_on_time" boolean,
	"was_completed" boolean NOT NULL,
	"was_cancelled" boolean NOT NULL,
	"was_refunded" boolean NOT NULL,
	"was_returned" boolean NOT NULL,
	"currency" text NOT NULL,
	"revenue_minor" bigint NOT NULL,
	"refunded_minor" bigint NOT NULL,
	"internal_notes" integer NOT NULL,
	"public_notes" integer NOT NULL,
	"asked_on" date,
	"response_time" bigint,
	"location_ids" uuid[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "figures"."reservation_facts" (
	"order_id" uuid NOT NULL,
	"location_id" uuid NOT NULL,
	"channel" "channel" NOT NULL,
	"created_on" date NOT NULL,
	"units_reserved" bigint NOT NULL,
	"units_fulfilled" bigint NOT NULL,
	"units_expired" bigint NOT NULL,
	"units_held" bigint NOT NULL,
	CONSTRAINT "reservation_facts_key" PRIMARY KEY("order_id","location_id")
);
--> statement-breakpoint
CREATE TABLE "figures"."stock_outs" (
	"location_id" uuid NOT NULL,
	"day" date NOT NULL,
	"share" smallint NOT NULL,
	"incidents" bigint NOT NULL,
	CONSTRAINT "stock_outs_key" PRIMARY KEY("location_id","day","share")
);
--> statement-breakpoint
CREATE INDEX "order_facts_due" ON "figures"."order_facts" USING btree ("promised_ship_at") WHERE is_open and promised_ship_at is not null;