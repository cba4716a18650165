import path from 'node:path';
import type { Millionths } from '../exact-amount.ts';
import { readSourceFile, type SourceRow } from '../source-file.ts';

export interface NorthwindLine {
  readonly productId: number;
  readonly unitPrice: Millionths;
  readonly quantity: number;
  /** A fraction in millionths: 150,000 is 15 percent. */
  readonly discount: Millionths;
}

export interface NorthwindOrder {
  readonly id: number;
  readonly customerId: string;
  readonly employeeId: number;
  readonly orderedAt: string;
  readonly requiredAt: string;
  readonly shippedAt: string | null;
  readonly shipperId: number;
  readonly freight: Millionths;
  readonly address: {
    readonly company: string;
    readonly line1: string;
    readonly city: string;
    readonly region: string | null;
    readonly postalCode: string | null;
    readonly country: string;
  };
  readonly lines: NorthwindLine[];
}

export interface NorthwindCustomer {
  readonly id: string;
  readonly company: string;
  readonly contact: string;
  readonly phone: string | null;
}

export interface NorthwindProduct {
  readonly id: number;
  readonly name: string;
  readonly unit: string;
  readonly price: Millionths;
  readonly unitsInStock: number;
}

export interface NorthwindEmployee {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
}

export interface Northwind {
  /** Oldest first. */
  readonly orders: readonly NorthwindOrder[];
  readonly customers: ReadonlyMap<string, NorthwindCustomer>;
  readonly products: ReadonlyMap<number, NorthwindProduct>;
  readonly employees: ReadonlyMap<number, NorthwindEmployee>;
  readonly shippers: ReadonlyMap<number, string>;
}

/** Reads the folder's tables and checks that everything an order refers to is there. */
export function readNorthwind(folder: string): Northwind {
  const shippers = keyed(table(folder, 'shippers', 'shipper_id,company_name'), readShipper);
  const tables = {
    shippers: new Map([...shippers].map(([id, { name }]) => [id, name])),
    customers: keyed(table(folder, 'customers', 'customer_id,company_name,contact_name,phone'), readCustomer),
    products: keyed(
      table(folder, 'products', 'product_id,product_name,quantity_per_unit,unit_price,units_in_stock'),
      readProduct,
    ),
    employees: keyed(table(folder, 'employees', 'employee_id,last_name,first_name'), readEmployee),
  };
  return { ...tables, orders: readOrders(folder, tables) };
}

function table(folder: string, name: string, columns: string): SourceRow[] {
  return readSourceFile(path.join(folder, `${name}.csv`), columns.split(','));
}

function keyed<Value extends { readonly id: string | number }>(
  rows: readonly SourceRow[],
  read: (row: SourceRow) => Value,
): Map<Value['id'], Value> {
  const values = new Map<Value['id'], Value>();
  for (const row of rows) {
    const value = read(row);
    if (values.has(value.id)) row.refuse(`${value.id} is there twice`);
    values.set(value.id, value);
  }
  return values;
}

function readCustomer(row: SourceRow): NorthwindCustomer {
  return {
    id: row.required('customer_id'),
    company: row.required('company_name'),
    contact: row.text('contact_name') || row.required('company_name'),
    phone: row.text('phone') || null,
  };
}

function readProduct(row: SourceRow): NorthwindProduct {
  return {
    id: row.integer('product_id'),
    name: row.required('product_name'),
    unit: row.text('quantity_per_unit'),
    price: row.amount('unit_price'),
    unitsInStock: row.integer('units_in_stock'),
  };
}

function readEmployee(row: SourceRow): NorthwindEmployee {
  return {
    id: row.integer('employee_id'),
    firstName: row.required('first_name'),
    lastName: row.required('last_name'),
  };
}

function readShipper(row: SourceRow): { id: number; name: string } {
  return { id: row.integer('shipper_id'), name: row.required('company_name') };
}

type Known = Omit<Northwind, 'orders'>;

function readOrders(folder: string, known: Known): NorthwindOrder[] {
  const columns =
    'order_id,customer_id,employee_id,order_date,required_date,shipped_date,ship_via,freight,' +
    'ship_name,ship_address,ship_city,ship_region,ship_postal_code,ship_country';
  const orders = keyed(table(folder, 'orders', columns), (row) => readOrder(row, known));
  for (const row of table(folder, 'order_details', 'order_id,product_id,unit_price,quantity,discount')) {
    const order = orders.get(row.integer('order_id')) ?? row.refuse('order_id names no order');
    order.lines.push(readLine(row, known));
  }
  return [...orders.values()].sort((one, other) => Date.parse(one.orderedAt) - Date.parse(other.orderedAt));
}

function readOrder(row: SourceRow, known: Known): NorthwindOrder {
  const order: NorthwindOrder = {
    id: row.integer('order_id'),
    customerId: row.required('customer_id'),
    employeeId: row.integer('employee_id'),
    orderedAt: row.instant('order_date'),
    requiredAt: row.instant('required_date'),
    shippedAt: row.text('shipped_date') ? row.instant('shipped_date') : null,
    shipperId: row.integer('ship_via'),
    freight: row.amount('freight'),
    address: {
      company: row.text('ship_name'),
      line1: row.text('ship_address'),
      city: row.text('ship_city'),
      region: row.text('ship_region') || null,
      postalCode: row.text('ship_postal_code') || null,
      country: row.text('ship_country'),
    },
    lines: [],
  };
  if (!known.customers.has(order.customerId)) row.refuse(`customer_id ${order.customerId} is no customer`);
  if (!known.employees.has(order.employeeId)) row.refuse(`employee_id ${order.employeeId} is no employee`);
  if (!known.shippers.has(order.shipperId)) row.refuse(`ship_via ${order.shipperId} is no shipper`);
  return order;
}

function readLine(row: SourceRow, known: Known): NorthwindLine {
  const line: NorthwindLine = {
    productId: row.integer('product_id'),
    unitPrice: row.amount('unit_price'),
    quantity: row.integer('quantity'),
    discount: row.amount('discount'),
  };
  if (!known.products.has(line.productId)) row.refuse(`product_id ${line.productId} is no product`);
  if (line.quantity <= 0) row.refuse(`quantity ${line.quantity} is not positive`);
  if (line.unitPrice < 0n) row.refuse('unit_price is negative');
  if (line.discount < 0n || line.discount > 1_000_000n) row.refuse('discount is not between 0 and 1');
  return line;
}
