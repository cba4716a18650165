/** Units, by the id of the line. */
export type Quantities = Readonly<Record<string, number>>;

/** As the API takes them: the lines of which there is something. */
export const chosenLines = (quantities: Quantities): { orderItemId: string; quantity: number }[] =>
  Object.entries(quantities).flatMap(([orderItemId, quantity]) =>
    quantity > 0 ? [{ orderItemId, quantity }] : [],
  );
