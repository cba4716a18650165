import { Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { useAsked } from '../parts/use-asked.ts';
import { text } from '../text.ts';
import { locationsQuery } from './warehouse.operations.ts';

interface Location {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly active: boolean;
}

const noVariables = {};

export function LocationsPage() {
  const { data, failure, reload } = useAsked<{ stockLocations: Location[] }>(locationsQuery, noVariables);
  const locations = data?.stockLocations;
  return (
    <div class="narrow">
      <h1>{text.warehouse.choose}</h1>
      <p class="muted">{text.warehouse.chooseHint}</p>
      {failure !== undefined && <Failure message={failure} retry={reload} />}
      {!locations && failure === undefined && <Loading />}
      {locations?.length === 0 && <Empty>{text.warehouse.noLocations}</Empty>}
      <ul class="choices">
        {locations?.map(({ id, code, name, active }) => (
          <li key={id}>
            <Link to={addressOf('warehouse', code)}>
              <strong>{name}</strong>
              <span class="muted">
                {code}
                {!active && ` (${text.warehouse.inactive})`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
