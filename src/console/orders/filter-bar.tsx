import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { filterKinds, isNested, isNestedValue, showFilter } from './order-filters.ts';

interface BarProps {
  readonly chosen: URLSearchParams;
  /** An empty value takes the filter away. */
  readonly choose: (name: string, value: string) => void;
  readonly clear: () => void;
}

const typingMs = 300;

/** What is looked for, as chips: each can be changed and taken away. */
export function FilterBar({ chosen, choose, clear }: BarProps) {
  const [edited, setEdited] = useState<string>();
  const active = Object.keys(filterKinds).filter((name) => chosen.get(name));
  const add = (name: string): void => {
    const kind = filterKinds[name]?.kind;
    if (kind === 'mine') choose(name, 'me');
    else if (kind === 'flag') choose(name, 'true');
    else setEdited(name);
  };
  return (
    <div class="filters" role="group" aria-label={text.orders.filters}>
      <Search value={chosen.get('text') ?? ''} choose={(value) => choose('text', value)} />
      <label class="add-filter">
        {text.orders.addFilter}
        <select value="" onChange={({ currentTarget }) => add(currentTarget.value)}>
          <option value="" />
          {Object.keys(filterKinds)
            .filter((name) => !active.includes(name))
            .map((name) => (
              <option key={name} value={name}>
                {text.orders.filter[name]}
              </option>
            ))}
        </select>
      </label>
      <label>
        {text.orders.sort}
        <select
          value={chosen.get('sort') ?? 'CREATED_AT-DESC'}
          onChange={({ currentTarget }) => choose('sort', currentTarget.value)}
        >
          {Object.entries(text.orders.sorts).map(([sort, name]) => (
            <option key={sort} value={sort}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {active.length > 0 && (
        <ul class="chips">
          {active.map((name) => (
            <li class="chip" key={name} data-filter={name}>
              <button type="button" onClick={() => filterKinds[name]?.kind !== 'mine' && setEdited(name)}>
                {text.orders.chip(text.orders.filter[name]!, showFilter(name, chosen.get(name)!))}
              </button>
              <button
                type="button"
                aria-label={text.orders.remove(text.orders.filter[name]!)}
                onClick={() => choose(name, '')}
              >
                ×
              </button>
            </li>
          ))}
          <li>
            <button type="button" class="quiet" onClick={clear}>
              {text.orders.clear}
            </button>
          </li>
        </ul>
      )}
      {edited !== undefined && (
        <FilterDialog
          name={edited}
          value={chosen.get(edited) ?? ''}
          close={() => setEdited(undefined)}
          choose={(value) => {
            setEdited(undefined);
            choose(edited, value);
          }}
        />
      )}
    </div>
  );
}

function Search({ value, choose }: { value: string; choose: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => choose(typed), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isTyping = (event.target as HTMLElement).matches('input, select, textarea');
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return (
    <label class="search">
      {text.orders.search}
      <input
        ref={field}
        type="search"
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </label>
  );
}

interface EditProps {
  readonly name: string;
  readonly value: string;
  readonly choose: (value: string) => void;
  readonly close: () => void;
}

function FilterDialog({ name, value, choose, close }: EditProps) {
  const kind = filterKinds[name]!;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    choose(form.getAll('value').map(String).join(','));
  };
  const check = ({ currentTarget }: { readonly currentTarget: HTMLTextAreaElement }): void =>
    currentTarget.setCustomValidity(isNestedValue(kind, currentTarget.value) ? '' : text.orders.nestedWrong);
  const chosen = value.split(',');
  const title = text.orders.filter[name]!;
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        {kind.kind === 'choice' &&
          Object.entries(kind.options).map(([option, label]) => (
            <label class="check" key={option}>
              <input type="checkbox" name="value" value={option} defaultChecked={chosen.includes(option)} />
              {label}
            </label>
          ))}
        {kind.kind === 'flag' && (
          <label>
            {title}
            <select name="value">
              <option value="true" selected={value !== 'false'}>
                {text.orders.yes}
              </option>
              <option value="false" selected={value === 'false'}>
                {text.orders.no}
              </option>
            </select>
          </label>
        )}
        {isNested(kind) && (
          <label>
            {text.orders.nested}
            <textarea
              name="value"
              rows={5}
              required
              spellcheck={false}
              defaultValue={value}
              onInput={check}
              autofocus
            />
          </label>
        )}
        {!isNested(kind) && !['choice', 'flag'].includes(kind.kind) && (
          <label>
            {title}
            <input name="value" type={inputTypes[kind.kind] as 'number'} defaultValue={value} autofocus />
          </label>
        )}
        <p class="actions">
          <button type="submit" class="primary">
            {text.orders.apply}
          </button>
          <button type="button" onClick={close}>
            {text.state.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

const inputTypes: Record<string, 'date' | 'number' | 'text'> = {
  time: 'date',
  amount: 'number',
  words: 'text',
  word: 'text',
};
