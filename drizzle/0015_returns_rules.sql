-- What had come back before the column was there, had come back whole.
UPDATE return_items SET quantity_received = quantity
FROM returns WHERE returns.id = return_items.return_id AND returns.status IN ('received', 'refunded');
