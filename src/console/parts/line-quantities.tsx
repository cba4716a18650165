import type { Quantities } from './quantities.ts';

interface LineQuantitiesProps {
  readonly lines: readonly {
    readonly id: string;
    readonly label: string;
    readonly most?: number;
  }[];
  readonly quantities: Quantities;
  readonly set: (quantities: Quantities) => void;
}

/** How many of each line; what is left empty is none. */
export function LineQuantities({ lines, quantities, set }: LineQuantitiesProps) {
  return (
    <>
      {lines.map(({ id, label, most }) => (
        <label key={id}>
          {label}
          <input
            type="number"
            min="0"
            max={most}
            value={quantities[id] ?? 0}
            onInput={({ currentTarget }) => set({ ...quantities, [id]: currentTarget.valueAsNumber || 0 })}
          />
        </label>
      ))}
    </>
  );
}
