import { getMetadataStorage } from 'type-graphql';
import { permissions, roleHas, type Permission } from '../src/auth/permissions.ts';
import type { Role } from '../src/db/tables/enumerations.ts';
import { roleWords } from './role-words.ts';

const roles = Object.keys(roleWords) as Role[];

/** docs/permissions.md: from the permissions, and from what `@Authorized` says of the schema that was built. */
export function permissionDocument(): string {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  return `# Permissions

Generated from \`src/auth/permissions.ts\` and the schema by \`npm run generate\`. The description of every operation and
of every guarded field names the permission that it needs. Which orders a role sees at all:

${roles.map((role) => `- **${role}**: ${roleWords[role]}`).join('\n')}

${table('permission', Object.keys(permissions) as Permission[], (permission) => ({ name: permission, anyOf: [permission] }), false)}

## Operations

Without a permission, an operation is refused with \`FORBIDDEN\`; without a token, with \`UNAUTHENTICATED\`, unless it is
public. Where several permissions are named, one of them is enough to call it, and the object decides whether it is
enough to do it: a customer with \`orders.cancelPending\` cancels own orders while they are pending, and with
\`notes.editOwn\` one changes one's own notes.

### Queries

${table('query', byName(queries), operation)}

### Mutations

${table('mutation', byName(mutations), operation)}

### Subscriptions

${table('subscription', byName(subscriptions), operation)}

## Guarded fields

Null for whoever lacks the permission. Every other field is shown to whoever sees its object.

${table('field', guardedFields(), (field) => field)}

Further, by the row: \`User.email\` is one's own, or needs \`staff.viewEmail\`; \`Customer.email\`, \`Customer.phone\` and
\`Order.contact\` are masked without \`contact.view\`; \`OrderHistoryEntry.additionalData\` has no payments and no
amounts without \`money.view\`.
`;
}

interface Row {
  readonly name: string;
  /** Empty: public. */
  readonly anyOf: readonly Permission[];
}

interface Guarded {
  readonly schemaName: string;
  readonly roles?: readonly unknown[] | undefined;
}

const byName = <Metadata extends Guarded>(list: readonly Metadata[]): Metadata[] =>
  list.toSorted((one, other) => one.schemaName.localeCompare(other.schemaName));

const operation = ({ schemaName, roles: anyOf = [] }: Guarded): Row => ({
  name: schemaName,
  anyOf: anyOf as readonly Permission[],
});

function guardedFields(): Row[] {
  const { objectTypes } = getMetadataStorage();
  const rows = objectTypes.flatMap(({ name: type, fields = [] }) =>
    fields.flatMap((field) => {
      const { name, anyOf } = operation(field);
      return anyOf.length > 0 ? [{ name: `${type}.${name}`, anyOf }] : [];
    }),
  );
  return rows.toSorted((one, other) => one.name.localeCompare(other.name));
}

function table<Entry>(
  title: string,
  entries: readonly Entry[],
  rowOf: (entry: Entry) => Row,
  namesPermissions = true,
): string {
  const head = [title, ...(namesPermissions ? ['permission'] : []), ...roles];
  const lines = entries.map((entry) => {
    const { name, anyOf } = rowOf(entry);
    const needs = anyOf.length === 0 ? 'public' : anyOf.map((permission) => `\`${permission}\``).join(' or ');
    const isAllowed = (role: Role) =>
      anyOf.length === 0 || anyOf.some((permission) => roleHas(role, permission));
    const marks = roles.map((role) => (isAllowed(role) ? 'yes' : '–'));
    return [`\`${name}\``, ...(namesPermissions ? [needs] : []), ...marks];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
