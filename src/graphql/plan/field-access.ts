import type { GraphQLObjectType } from 'graphql';
import { validateOrReject } from 'class-validator';
import type { Permission } from '../../auth/permissions.ts';
import { PageArguments } from '../connection.type.ts';
import { validatorOptions } from '../validation.ts';

/** How a field of an object gets its value. */
export type FieldAccess =
  { readonly kind: 'property'; readonly name: string; readonly permissions: Permissions } | MethodAccess;

/** A method of a resolver class. */
export interface MethodAccess {
  readonly kind: 'method';
  readonly target: Record<string, (...parameters: unknown[]) => unknown>;
  readonly methodName: string;
  readonly parameters: readonly Parameter[];
  readonly permissions: Permissions;
}

/** Any one of them lets the field be seen, which otherwise is null; undefined where everybody sees it. */
type Permissions = readonly Permission[] | undefined;

export type Parameter = 'root' | 'context' | 'pageArguments';

/** What type-graphql knows of a field that a method resolves, as of the version that is pinned. */
interface ResolverMetadata {
  readonly kind: string;
  readonly methodName: string;
  readonly schemaName: string;
  readonly target: new () => MethodAccess['target'];
  readonly getObjectType: () => Function;
  readonly params: readonly ParameterMetadata[];
  readonly roles: Permissions;
  readonly middlewares: readonly unknown[];
}

interface ParameterMetadata {
  readonly kind: string;
  readonly index: number;
  readonly propertyName?: string;
  readonly getType?: () => unknown;
}

interface PropertyMetadata {
  readonly name: string;
  readonly schemaName: string;
  readonly roles: Permissions;
  readonly middlewares: readonly unknown[];
}

interface Metadata {
  readonly fieldResolvers: readonly ResolverMetadata[];
  readonly objectTypes: readonly {
    readonly name: string;
    readonly target: Function;
    readonly fields: readonly PropertyMetadata[];
  }[];
}

/**
 * How the fields of the schema's objects are reached without type-graphql's wrapping, which makes promises for each
 * value, asks for permission for each and validates the same arguments for each parent anew. What is declared in a
 * way that is not known here has no access, and is left to the plain executor.
 */
export class FieldAccesses {
  private readonly accesses = new Map<string, FieldAccess>();

  constructor() {
    const { fieldResolvers, objectTypes } = (
      globalThis as unknown as { readonly TypeGraphQLMetadataStorage: Metadata }
    ).TypeGraphQLMetadataStorage;
    const instances = new Map<Function, MethodAccess['target']>();
    const resolverOf = new Map<Function, Map<string, ResolverMetadata>>();
    for (const resolver of fieldResolvers) {
      const objectType = resolver.getObjectType();
      const named = resolverOf.get(objectType) ?? new Map<string, ResolverMetadata>();
      resolverOf.set(objectType, named.set(resolver.schemaName, resolver));
    }
    for (const { name: typeName, target, fields } of objectTypes) {
      for (const field of fields) {
        const resolver = resolverOf.get(target)?.get(field.schemaName);
        const access = resolver ? accessOfMethod(resolver, instances) : accessOfProperty(field);
        if (access) this.accesses.set(`${typeName}.${field.schemaName}`, access);
      }
    }
  }

  of(type: GraphQLObjectType, fieldName: string): FieldAccess | undefined {
    return this.accesses.get(`${type.name}.${fieldName}`);
  }
}

function accessOfProperty({ name, roles, middlewares }: PropertyMetadata): FieldAccess | undefined {
  return middlewares.length > 0 ? undefined : { kind: 'property', name, permissions: roles };
}

function accessOfMethod(
  { kind, methodName, target, params, roles, middlewares }: ResolverMetadata,
  instances: Map<Function, MethodAccess['target']>,
): MethodAccess | undefined {
  const parameters = params.toSorted((left, right) => left.index - right.index).map(parameterOf);
  if (kind !== 'external' || middlewares.length > 0 || !parameters.every(isKnown)) return undefined;
  const instance = instances.get(target) ?? new target();
  instances.set(target, instance);
  return { kind: 'method', target: instance, methodName, parameters, permissions: roles };
}

const isKnown = (parameter: Parameter | undefined): parameter is Parameter => parameter !== undefined;

function parameterOf({ kind, propertyName, getType }: ParameterMetadata): Parameter | undefined {
  if (propertyName !== undefined) return undefined;
  if (kind === 'context') return 'context';
  // A root with a class would be made an instance of it.
  if (kind === 'root') return getType === undefined ? 'root' : undefined;
  return kind === 'args' && getType?.() === PageArguments ? 'pageArguments' : undefined;
}

/** As type-graphql does it; it throws where they are not valid. */
export async function readPageArguments(given: Readonly<Record<string, unknown>>): Promise<PageArguments> {
  const page = Object.assign(new PageArguments(), given);
  await validateOrReject(page, { ...validatorOptions, skipMissingProperties: true });
  return page;
}
