import { useState } from 'preact/hooks';
import { download } from '../api/download.ts';
import { text } from '../text.ts';

interface ExportButtonProps {
  /** The file, as in its address. */
  readonly name: string;
  readonly label: string;
  /** What the list on the screen is asked with. */
  readonly asked: object;
}

/** The list that is on the screen, all of it, as a file. */
export function ExportButton({ name, label, asked }: ExportButtonProps) {
  const [isGoing, setGoing] = useState(false);
  const [problem, setProblem] = useState<string>();
  const start = async (): Promise<void> => {
    setGoing(true);
    setProblem(await download(name, asked));
    setGoing(false);
  };
  return (
    <span>
      <button type="button" disabled={isGoing} onClick={() => void start()}>
        {isGoing ? text.exports.working : label}
      </button>
      {problem !== undefined && <span role="alert"> {problem}</span>}
    </span>
  );
}
