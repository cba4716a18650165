-- Custom migration: what PostgreSQL does by itself for the tables of prices.
CREATE TRIGGER set_updated_at BEFORE UPDATE ON customer_prices FOR EACH ROW EXECUTE FUNCTION set_updated_at();
--> statement-breakpoint
CREATE TRIGGER set_updated_at BEFORE UPDATE ON tax_rates FOR EACH ROW EXECUTE FUNCTION set_updated_at();
--> statement-breakpoint
CREATE TRIGGER set_updated_at BEFORE UPDATE ON shipping_rates FOR EACH ROW EXECUTE FUNCTION set_updated_at();
