-- Custom migration: numbers of quotes, and the moment of their last change.
CREATE SEQUENCE quote_number;
--> statement-breakpoint
CREATE TRIGGER set_updated_at BEFORE UPDATE ON quotes FOR EACH ROW EXECUTE FUNCTION set_updated_at();
