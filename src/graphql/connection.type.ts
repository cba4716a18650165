import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { Max, Min } from 'class-validator';
import { maximumPageSize } from '../shared/page.ts';
import type { Connection, Edge } from './connection.ts';

@ObjectType({ description: 'Where a page of a list stands (Relay).' })
export class PageInfo {
  @Field(() => Boolean, { simple: true, description: 'True when there are rows after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { simple: true, description: 'True when the page was asked for with `after`.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { simple: true, nullable: true, description: 'Cursor of the first row of this page.' })
  startCursor!: string | null;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Cursor of the last row of this page: give it as `after` for the next page.',
  })
  endCursor!: string | null;
}

@ArgsType()
export class PageArguments {
  @Field(() => Int, { defaultValue: 20, description: 'How many rows, from 1 to 100.' })
  @Min(1)
  @Max(maximumPageSize)
  first!: number;

  @Field(() => String, {
    nullable: true,
    defaultValue: null,
    description: 'The `endCursor` of the page before; null for the first page.',
  })
  after!: string | null;
}

/** The connection and edge types of a list of this type. */
export function connectionType<Node extends object>(
  name: string,
  nodeType: () => ClassType<Node>,
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `A ${name} and its cursor.` })
  class EdgeType implements Edge<Node> {
    @Field(() => String, { simple: true, description: 'The place of this row in the list.' })
    cursor!: string;

    @Field(nodeType, { simple: true, description: 'The row.' })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name} rows.` })
  class ConnectionType {
    @Field(() => [EdgeType], { simple: true, description: 'The rows with their cursors.' })
    edges!: EdgeType[];

    @Field(() => [nodeType()], { simple: true, description: 'The rows.' })
    nodes!: Node[];

    @Field(() => PageInfo, { simple: true, description: 'Where this page stands.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { simple: true, description: 'Rows in the whole list. Counted only when selected.' })
    totalCount!: number;
  }
  return ConnectionType as unknown as ClassType<Connection<Node>>;
}
