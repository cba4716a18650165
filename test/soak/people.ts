import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../src/db/driver/database.ts';
import { createTokenSigner } from '../../src/auth/token.ts';
import { customers } from '../../src/db/tables/customers.ts';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { users } from '../../src/db/tables/users.ts';
import { testSigningKeys } from '../setup/server.ts';

/** Somebody who can sign in at any time, on any server. */
export interface Person {
  readonly role: Role;
  readonly customerId: string | null;
  /** A new one each time: the run may last longer than a token. */
  token(): Promise<string>;
}

export interface People {
  readonly staff: Record<Exclude<Role, 'customer'>, Person>;
  readonly customers: readonly Person[];
}

const customerCount = 4;

export async function addPeople(databaseUrl: string): Promise<People> {
  const database = openDatabase({ url: databaseUrl, poolSize: 1 });
  const signer = createTokenSigner(testSigningKeys);
  try {
    return await database.transaction(async (transaction) => {
      const add = async (name: string, role: Role, customerId: string | null): Promise<Person> => {
        const email = `${name}@soak.example`;
        const [user] = await transaction
          .insert(users)
          .values({ email, displayName: name, role, passwordHash: 'nobody signs in by password', customerId })
          .returning({ id: users.id });
        const { id } = user!;
        const token = async () => (await signer.sign({ id, role, customerId }, randomUUID())).accessToken;
        return { role, customerId, token };
      };
      const buyers: Person[] = [];
      for (let number = 1; number <= customerCount; number += 1) {
        const name = `buyer-${number}`;
        const [customer] = await transaction
          .insert(customers)
          .values({ name, email: `${name}@soak.example`, phone: '020 7946 0018', kind: 'online' })
          .returning({ id: customers.id });
        buyers.push(await add(name, 'customer', customer!.id));
      }
      const staff = {
        order_manager: await add('manager', 'order_manager', null),
        warehouse_staff: await add('picker', 'warehouse_staff', null),
        customer_service: await add('service', 'customer_service', null),
      };
      return { staff, customers: buyers };
    });
  } finally {
    await database.close();
  }
}
