import { encodeCursor, type Keyset, type ListOrder } from '../shared/page.ts';

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

export interface PageInfoValue {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page of a list, as Relay wants it. Cursors are made only where they are asked for. */
export class Connection<Node> {
  readonly nodes: readonly Node[];
  private readonly hasNextPage: boolean;

  constructor(
    /** Up to one row more than `first`. */
    rows: readonly Node[],
    first: number,
    private readonly hasPreviousPage: boolean,
    private readonly order: ListOrder,
    private readonly keysetOf: (node: Node) => Keyset,
    private readonly count: () => Promise<number>,
  ) {
    this.hasNextPage = rows.length > first;
    this.nodes = this.hasNextPage ? rows.slice(0, first) : rows;
  }

  get edges(): Edge<Node>[] {
    return this.nodes.map((node) => ({ cursor: this.cursorOf(node), node }));
  }

  get pageInfo(): PageInfoValue {
    const [start, end] = [this.nodes.at(0), this.nodes.at(-1)];
    return {
      hasNextPage: this.hasNextPage,
      hasPreviousPage: this.hasPreviousPage,
      startCursor: start === undefined ? null : this.cursorOf(start),
      endCursor: end === undefined ? null : this.cursorOf(end),
    };
  }

  /** Called by GraphQL only where `totalCount` is selected. */
  totalCount(): Promise<number> {
    return this.count();
  }

  private cursorOf(node: Node): string {
    return encodeCursor(this.order, this.keysetOf(node));
  }
}
