/** A cell: what is not known or not shown to the viewer is empty. */
type Cell = string | number | null | undefined;

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => Cell;
}

/** A file of values separated by commas: a query, page by page, and what of its answer is written. */
export interface CsvExport<Row> {
  /** As in the address and in the name of the file. */
  readonly name: string;
  /** One page. `$after` is where the page before ended, if there are pages. */
  readonly query: string;
  /** What the body of the request may say, which become variables of the query. */
  readonly variables: readonly string[];
  readonly columns: readonly Column<Row>[];
  readonly rowsOf: (data: any) => readonly Row[];
  /** Where the next page begins; null after the last. */
  readonly nextOf: (data: any) => string | null;
}
