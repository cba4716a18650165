import { getArgumentValues, Kind, type FieldNode, type GraphQLResolveInfo } from 'graphql';
import { may } from '../../auth/actor.ts';
import type { RequestContext } from '../context.ts';
import type { ObjectBuilder } from './build-result.ts';
import type { ObjectField, ObjectPlan, Plan, PlannedField, RootField } from './compile-plan.ts';
import { readPageArguments, type FieldAccess, type MethodAccess } from './field-access.ts';

/** The values of one field of all objects of a frame, and what they lead to. */
export interface Column {
  readonly field: PlannedField;
  /** One for each object; undefined where they are the objects' own members. */
  values: readonly unknown[] | undefined;
  /** The objects among the values; undefined for leaves. */
  frame: Frame | undefined;
  /** Which of the frame's objects the values are, where one may be there several times; else each is the next. */
  places: readonly number[] | undefined;
  /** What the answer has of the frame's objects, one for each value. */
  results: readonly unknown[] | undefined;
}

/** All objects that are at one place of the answer: every line of every order of a page, say. */
export interface Frame {
  readonly objects: readonly object[];
  readonly columns: readonly Column[];
  readonly build: ObjectBuilder;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * Gets the values of a query, field by field and not object by object: what one field gives for all objects of a
 * frame is waited for at once. Whatever goes wrong rejects: the plain executor then says what it is, and where.
 */
export function runPlan(plan: Plan, variables: Variables, context: RequestContext): Promise<Frame> {
  return new Promise((resolve, reject) => new Run(plan, variables, context, resolve, reject).begin());
}

class Run {
  private waitingFor = 1;
  private readonly root: Column[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly variables: Variables,
    private readonly context: RequestContext,
    private readonly resolve: (frame: Frame) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  begin(): void {
    try {
      for (const field of this.plan.roots) {
        const column = emptyColumn(field);
        this.root.push(column);
        this.settle(column, [this.askRoot(field)]);
      }
      this.arrived();
    } catch (error) {
      this.reject(error);
    }
  }

  private arrived(): void {
    this.waitingFor -= 1;
    if (this.waitingFor > 0) return;
    this.resolve({ objects: [this.root], columns: this.root, build: this.plan.build });
  }

  private wait<Value>(promise: Promise<Value>, then: (value: Value) => void): void {
    this.waitingFor += 1;
    promise
      .then((value) => {
        then(value);
        this.arrived();
      })
      .catch(this.reject);
  }

  /** A root field goes through type-graphql, which asks for the permission and checks the arguments. */
  private askRoot({ definition, nodes, key }: RootField): unknown {
    const { operation, document } = this.plan;
    const { schema, fragments } = document;
    const info: GraphQLResolveInfo = {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType: schema.getQueryType()!,
      path: { prev: undefined, key, typename: 'Query' },
      schema,
      fragments: Object.fromEntries(fragments),
      rootValue: undefined,
      operation,
      variableValues: this.variables,
    };
    const given = getArgumentValues(definition, nodes[0]!, this.variables);
    return definition.resolve!(undefined, given, this.context, info);
  }

  private frameOf({ fields, build }: ObjectPlan, objects: readonly object[]): Frame {
    const columns = fields.map(emptyColumn);
    for (const [index, field] of fields.entries()) this.ask(field, columns[index]!, objects);
    return { objects, columns, build };
  }

  private ask(field: ObjectField, column: Column, sources: readonly object[]): void {
    const { access } = field;
    const everywhere = (value: unknown): void =>
      this.settle(
        column,
        sources.map(() => value),
      );
    if (access.kind === 'typeName') return everywhere(access.name);
    if (!this.isSeen(access)) return everywhere(null);
    if (access.kind === 'property') {
      if (isPlainMember(access.name, field, sources)) return;
      return this.settle(column, this.readProperty(access.name, field, sources));
    }
    if (!access.parameters.includes('pageArguments')) {
      return this.settle(column, this.callMethod(access, sources, undefined));
    }
    const { fixedPage } = field;
    if (fixedPage) return this.settle(column, this.callMethod(access, sources, fixedPage));
    const given = getArgumentValues(field.definition!, field.node, this.variables);
    this.wait(readPageArguments(given), (page) => {
      if (isFixed(field.node)) field.fixedPage = page;
      this.settle(column, this.callMethod(access, sources, page));
    });
  }

  private isSeen({ permissions }: FieldAccess): boolean {
    if (permissions === undefined) return true;
    const { actor } = this.context;
    return actor !== null && may(actor, ...permissions);
  }

  private readProperty(name: string, field: ObjectField, sources: readonly object[]): unknown[] {
    return sources.map((source) => {
      const member = (source as Record<string, unknown>)[name];
      if (typeof member !== 'function') return member;
      // graphql-js itself calls what is a function, where there is no other resolver.
      if (field.definition!.resolve) return member;
      return (member as (...parameters: unknown[]) => unknown).call(source, {}, this.context);
    });
  }

  private callMethod(
    { target, methodName, parameters }: MethodAccess,
    sources: readonly object[],
    pageArguments: unknown,
  ): unknown[] {
    const method = target[methodName]!;
    const values = parameters.map((parameter) =>
      parameter === 'context' ? this.context : parameter === 'pageArguments' ? pageArguments : undefined,
    );
    const place = parameters.indexOf('root');
    return sources.map((source) => {
      if (place >= 0) values[place] = source;
      return method.apply(target, values);
    });
  }

  private settle(column: Column, values: readonly unknown[]): void {
    if (values.some(isPromise)) {
      this.wait(Promise.all(values), (arrived) => this.settle(column, arrived));
      return;
    }
    column.values = values;
    const { content, isList } = column.field;
    if (content.kind === 'leaf') return;
    const objects = objectsOf(isList ? itemsOf(values) : values);
    // To make a small one again costs less than to find out that it is there already.
    const different = content.plan.fields.length < 3 ? objects : [...new Set(objects)];
    column.frame = this.frameOf(content.plan, different);
    if (different.length === objects.length) return;
    const placeOf = new Map(different.map((object, place) => [object, place]));
    column.places = objects.map((object) => placeOf.get(object)!);
  }
}

function emptyColumn(field: PlannedField): Column {
  return { field, values: undefined, frame: undefined, places: undefined, results: undefined };
}

/** Leaves that need no further steps are read when the answer is made. */
function isPlainMember(name: string, { content }: ObjectField, [first]: readonly object[]): boolean {
  return (
    content.kind === 'leaf' && typeof (first as Record<string, unknown> | undefined)?.[name] !== 'function'
  );
}

const isFixed = (node: FieldNode): boolean =>
  (node.arguments ?? []).every(({ value }) => value.kind !== Kind.VARIABLE);

const isPromise = (value: unknown): boolean => value instanceof Promise;

function itemsOf(lists: readonly unknown[]): unknown[] {
  return lists.flatMap((list) => {
    if (list === null || list === undefined) return [];
    if (!Array.isArray(list)) throw new TypeError('A resolver gave something that is no list.');
    return list as unknown[];
  });
}

function objectsOf(given: readonly unknown[]): object[] {
  return given.filter((value): value is object => {
    if (value === null || value === undefined) return false;
    if (typeof value === 'object' && !(value instanceof Error) && !isPromise(value)) return true;
    throw new TypeError('A resolver gave something that is no object.');
  });
}
