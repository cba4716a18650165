-- Custom migration: the moment of an endpoint's last change.
CREATE TRIGGER set_updated_at BEFORE UPDATE ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION set_updated_at();
