/** Makes valid queries over the whole schema, with everything that the language has for fields. */
import {
  getNamedType,
  isEnumType,
  isListType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

export interface RandomQuery {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Chooses by a seed, so that what fails can be made again. */
export class Chooser {
  constructor(private state: number) {}

  /** From 0 up to, and not including, the limit. */
  below(limit: number): number {
    // Mulberry32.
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  oneIn(chances: number): boolean {
    return this.below(chances) === 0;
  }

  from<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

const deepest = 6;

export class QueryMaker {
  private readonly variables: Record<string, unknown> = {};
  private readonly declared: string[] = [];
  private readonly fragments: string[] = [];
  private fieldsLeft = 120;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly choose: Chooser,
    /** Values that exist, by the name of the argument. */
    private readonly known: Readonly<Record<string, readonly string[]>>,
    private readonly leftOut: ReadonlySet<string>,
  ) {}

  make(): RandomQuery {
    const query = this.schema.getQueryType()!;
    const fields = Object.values(query.getFields()).filter(({ name }) => !this.leftOut.has(name));
    const roots = Array.from({ length: 1 + this.choose.below(3) }, (_, index) =>
      this.field(this.choose.from(fields), `root${index}`, 0),
    ).filter((text) => text !== undefined);
    if (this.choose.oneIn(12)) roots.push('__typename');
    const declared = this.declared.length > 0 ? `(${this.declared.join(', ')})` : '';
    const text = `query Random${declared} { ${roots.join(' ') || 'eventCursor'} } ${this.fragments.join(' ')}`;
    return { text, variables: this.variables };
  }

  private field(field: GraphQLField<unknown, unknown>, key: string, depth: number): string | undefined {
    const type = getNamedType(field.type);
    this.fieldsLeft -= 1;
    let selection = '';
    if (isUnionType(type)) selection = ` { __typename ... on Order { id } }`;
    else if (isObjectType(type)) {
      const inner = this.selection(type, depth + 1);
      if (inner === undefined) return undefined;
      selection = ` { ${inner} }`;
    } else if (!isLeafType(type)) return undefined;
    return `${key}: ${field.name}${this.arguments(field.args)}${this.directives()}${selection}`;
  }

  private selection(type: GraphQLObjectType, depth: number): string | undefined {
    const all = Object.values(type.getFields()).filter(
      (field) => !this.leftOut.has(field.name) && (depth < deepest || isLeafType(getNamedType(field.type))),
    );
    if (this.choose.oneIn(15) || all.length === 0) return '__typename';
    const parts: string[] = [];
    const count = 1 + this.choose.below(6);
    for (let index = 0; index < count && this.fieldsLeft > 0; index += 1) {
      const field = this.choose.from(all);
      const key = this.choose.oneIn(4) ? `alias${depth}x${index}` : `${field.name}_${depth}_${index}`;
      const text = this.field(field, key, depth);
      if (text !== undefined) parts.push(this.wrapped(text, type));
      // The same key again: the two are one field.
      if (text !== undefined && this.choose.oneIn(10)) parts.push(text.replace(/ @\w+\([^)]*\)/g, ''));
    }
    if (this.choose.oneIn(8)) parts.push('__typename');
    return parts.length > 0 ? parts.join(' ') : undefined;
  }

  private wrapped(text: string, type: GraphQLObjectType): string {
    switch (this.choose.below(14)) {
      case 0:
        return `... on ${type.name}${this.directives()} { ${text} }`;
      case 1:
        return `...${this.directives()} { ${text} }`;
      case 2: {
        const name = `Fragment${this.fragments.length}`;
        this.fragments.push(`fragment ${name} on ${type.name} { ${text} }`);
        return `...${name}${this.directives()} ${this.choose.oneIn(4) ? `...${name}` : ''}`;
      }
      default:
        return text;
    }
  }

  private directives(): string {
    if (!this.choose.oneIn(12)) return '';
    const name = this.choose.from(['skip', 'include']);
    const value = this.choose.oneIn(2);
    if (this.choose.oneIn(2)) return ` @${name}(if: ${value})`;
    return ` @${name}(if: ${this.variable('Boolean!', value)})`;
  }

  private variable(type: string, value: unknown): string {
    const name = `v${this.declared.length}`;
    if (value !== undefined && !this.choose.oneIn(6)) {
      this.declared.push(`$${name}: ${type}`);
      this.variables[name] = value;
    } else {
      this.declared.push(`$${name}: ${type} = ${literal(value)}`);
    }
    return `$${name}`;
  }

  private arguments(given: readonly GraphQLArgument[]): string {
    const parts = given.flatMap((argument) => {
      const value = this.value(argument);
      if (value === undefined) return [];
      const asVariable = this.choose.oneIn(4);
      return [
        `${argument.name}: ${asVariable ? this.variable(String(argument.type), value) : literal(value)}`,
      ];
    });
    return parts.length > 0 ? `(${parts.join(', ')})` : '';
  }

  /** Undefined leaves it out. */
  private value({ name, type, defaultValue }: GraphQLArgument): unknown {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    if (!isRequired && this.choose.oneIn(2)) return undefined;
    if (name === 'first') return this.choose.from([1, 2, 3, 5, 20, 100, 100, 0, 101]);
    if (name === 'after') return this.choose.oneIn(10) ? 'no cursor' : null;
    const values = this.known[name];
    if (values) return this.choose.oneIn(10) ? 'nothing' : this.choose.from(values);
    return this.leaf(type);
  }

  private leaf(type: GraphQLInputType): unknown {
    const inner = getNamedType(type);
    const isList = isListType(isNonNullType(type) ? type.ofType : type);
    if (isEnumType(inner) && isList) return [new Word(this.choose.from(inner.getValues()).name)];
    return undefined;
  }
}

/** An enum's value: a word in the text, a string among the variables. */
class Word {
  constructor(private readonly name: string) {}

  toJSON(): string {
    return this.name;
  }

  toString(): string {
    return this.name;
  }
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return value instanceof Word ? String(value) : JSON.stringify(value);
}
