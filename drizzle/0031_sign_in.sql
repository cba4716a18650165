CREATE SCHEMA "sign_in";
--> statement-breakpoint
CREATE TABLE "sign_in"."attempts" (
	"key" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"ends_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "sign_in_attempts_ends_at" ON "sign_in"."attempts" USING btree ("ends_at");--> statement-breakpoint
CREATE INDEX "refresh_tokens_revoked_at" ON "refresh_tokens" USING btree ("revoked_at") WHERE "refresh_tokens"."revoked_at" is not null;--> statement-breakpoint
CREATE INDEX "users_updated_at" ON "users" USING btree ("updated_at");