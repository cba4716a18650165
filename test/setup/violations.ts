/** Each finds the rows that break a rule, so that a failure names them. */
export const violations: Readonly<Record<string, string>> = {
  'the ledger adds up to the levels': `
    select coalesce(levels.variant_id, ledger.variant_id) as variant_id, levels.on_hand, levels.reserved,
      ledger.on_hand as ledger_on_hand, ledger.reserved as ledger_reserved
    from stock_levels as levels
    full join (
      select variant_id, location_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved
      from stock_movements group by variant_id, location_id
    ) as ledger using (variant_id, location_id)
    where coalesce(levels.on_hand, 0) <> coalesce(ledger.on_hand, 0)
      or coalesce(levels.reserved, 0) <> coalesce(ledger.reserved, 0)`,
  'what is reserved is what the active reservations hold': `
    select levels.variant_id, levels.reserved, held.quantity
    from stock_levels as levels
    full join (
      select variant_id, location_id, sum(quantity_remaining) as quantity
      from inventory_reservations where is_active group by variant_id, location_id
    ) as held using (variant_id, location_id)
    where coalesce(levels.reserved, 0) <> coalesce(held.quantity, 0)`,
  'an order knows the units of its items': `
    select orders.number, status, units_ordered, units_fulfilled, items.ordered, items.fulfilled
    from orders
    join (
      select order_id, coalesce(sum(quantity - quantity_cancelled) filter (where tracks_stock), 0) as ordered,
        coalesce(sum(quantity_fulfilled) filter (where tracks_stock), 0) as fulfilled
      from order_items join product_variants on product_variants.id = order_items.variant_id
      group by order_id
    ) as items on items.order_id = orders.id
    where units_fulfilled <> items.fulfilled
      or (units_ordered <> items.ordered and status not in ('cancelled', 'refunded'))`,
  'an order has the sum of its items and what shipping costs': `
    select orders.number, total_minor, shipping_minor, items.total
    from orders
    join (select order_id, sum(total_minor) as total from order_items group by order_id) as items
      on items.order_id = orders.id
    where total_minor <> items.total + shipping_minor`,
  'an order knows what was paid and refunded': `
    select orders.number, paid_minor, refunded_minor, paid.paid, paid.refunded
    from orders
    left join (
      select order_id, sum(amount_minor) filter (where kind = 'payment') as paid,
        sum(amount_minor) filter (where kind = 'refund') as refunded
      from payments where state = 'succeeded' group by order_id
    ) as paid on paid.order_id = orders.id
    where paid_minor <> coalesce(paid.paid, 0) or refunded_minor <> coalesce(paid.refunded, 0)`,
  'an item knows what has come back': `
    select order_items.id, quantity_returned, back.quantity
    from order_items
    left join (
      select order_item_id, sum(quantity_received) as quantity
      from return_items join returns on returns.id = return_items.return_id
      where returns.status in ('received', 'refunded') group by order_item_id
    ) as back on back.order_item_id = order_items.id
    where quantity_returned <> coalesce(back.quantity, 0)`,
  'an order waits for a return exactly while one is open': `
    select orders.number, orders.status, count(returns.id) as open
    from orders left join returns
      on returns.order_id = orders.id and returns.status in ('requested', 'approved')
    group by orders.id
    having (orders.status = 'return_requested') <> (count(returns.id) = 1)`,
  'an item counts what its shipped fulfillments have picked and what was handed over by hand': `
    select order_items.id, quantity_fulfilled, shipped.quantity, reserved.quantity
    from order_items
    join (
      select order_item_id, sum(quantity_picked) as quantity
      from fulfillment_items
      join order_fulfillments on order_fulfillments.id = fulfillment_items.fulfillment_id
      where order_fulfillments.status in ('shipped', 'partially_fulfilled', 'fulfilled')
      group by order_item_id
    ) as shipped on shipped.order_item_id = order_items.id
    left join (
      select order_item_id, sum(quantity_fulfilled) as quantity from inventory_reservations group by order_item_id
    ) as reserved on reserved.order_item_id = order_items.id
    where quantity_fulfilled < shipped.quantity or quantity_fulfilled < coalesce(reserved.quantity, 0)
      or (quantity_fulfilled <> shipped.quantity and quantity_fulfilled <> coalesce(reserved.quantity, 0))`,
  'the newest entry of the history has the status of its order': `
    select orders.number, status, last.new_status
    from orders
    join lateral (
      select new_status from order_history
      where order_id = orders.id and fulfillment_id is null and new_status is not null
      order by created_at desc, position desc limit 1
    ) as last on true
    where last.new_status <> orders.status::text`,
  'the newest entry of the history has the status of its fulfillment': `
    select number, status, last.new_status
    from order_fulfillments
    join lateral (
      select new_status from order_history
      where order_id = order_fulfillments.order_id and fulfillment_id = order_fulfillments.id
        and new_status is not null
      order by created_at desc, position desc limit 1
    ) as last on true
    where last.new_status <> order_fulfillments.status::text`,
};
