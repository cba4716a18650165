-- As on every table that changes; the first migration made the trigger for those that there were.
CREATE TRIGGER set_updated_at BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION set_updated_at();
