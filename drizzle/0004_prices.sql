CREATE TABLE "customer_prices" (
	"customer_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customer_prices_primary_key" PRIMARY KEY("customer_id","variant_id","currency"),
	CONSTRAINT "customer_prices_price_not_negative" CHECK ("customer_prices"."price_minor" >= 0),
	CONSTRAINT "customer_prices_currency_form" CHECK ("customer_prices"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "shipping_rates" (
	"country" text NOT NULL,
	"currency" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"free_from_minor" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "shipping_rates_primary_key" PRIMARY KEY("country","currency"),
	CONSTRAINT "shipping_rates_country_form" CHECK ("shipping_rates"."country" ~ '^([A-Z]{2}|[*])$'),
	CONSTRAINT "shipping_rates_currency_form" CHECK ("shipping_rates"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "shipping_rates_price_not_negative" CHECK ("shipping_rates"."price_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tax_rates" (
	"country" text PRIMARY KEY NOT NULL,
	"rate_basis_points" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tax_rates_country_form" CHECK ("tax_rates"."country" ~ '^([A-Z]{2}|[*])$'),
	CONSTRAINT "tax_rates_rate" CHECK ("tax_rates"."rate_basis_points" between 0 and 10000)
);
--> statement-breakpoint
ALTER TABLE "order_items" DROP CONSTRAINT "order_items_quantity_positive";--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "contact_name" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "contact_email" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "contact_phone" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "discount_basis_points" integer;--> statement-breakpoint
ALTER TABLE "customer_prices" ADD CONSTRAINT "customer_prices_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_prices" ADD CONSTRAINT "customer_prices_variant_id_product_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."product_variants"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "customer_prices_variant_id" ON "customer_prices" USING btree ("variant_id");--> statement-breakpoint
ALTER TABLE "order_items" ADD CONSTRAINT "order_items_quantity_not_negative" CHECK (quantity >= 0);--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_discount_basis_points" CHECK (discount_basis_points between 0 and 10000);--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_contact_of_guests" CHECK (customer_id is null or num_nonnulls(contact_name, contact_email, contact_phone) = 0);