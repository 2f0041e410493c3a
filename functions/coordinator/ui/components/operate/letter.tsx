/** One dead letter: why it died, the event as text when somebody asks, and what operators may do with it. */
import { useState } from "preact/hooks";
import type { Letter } from "../../api/operating.ts";
import { improvementAddress } from "../../logic/address.ts";
import { number } from "../../logic/time.ts";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useOperating } from "../../state/use-operating.ts";
import { Link } from "../link.tsx";
import { Moment } from "../moment.tsx";
import { Loaded } from "./loaded.tsx";

interface LetterProps {
  readonly letter: Letter;
  readonly onAsk: (move: "redrive" | "discard", letter: Letter) => void;
}

export function LetterRow({ letter, onAsk }: LetterProps) {
  const { person } = useSchool();
  const [open, setOpen] = useState(false);
  const { id, stage, reason, attempts, at, improvement, type, bytes } = letter;
  return (
    <li class="entry">
      <p class="line">
        <span class="tag">{stage}</span>
        {improvement !== null && (
          <Link href={improvementAddress(improvement)}>
            <code>{improvement}</code>
          </Link>
        )}
        <Moment at={at} />
        <span class="help">
          {attempts === 1 ? "1 attempt" : `${number(attempts)} attempts`}, {number(bytes)} bytes
        </span>
      </p>
      <p class="entry-reason">{reason}</p>
      {type !== null && (
        <p class="help">
          <code>{type}</code>
        </p>
      )}
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>The event</summary>
        {open && <Whole stage={stage} id={id} />}
      </details>
      {person.role === "operator" && (
        <div class="choices">
          <button type="button" aria-label={`Put back ${id.slice(0, 8)}`} onClick={() => onAsk("redrive", letter)}>
            Put back
          </button>
          <button
            type="button"
            class="danger"
            aria-label={`Discard ${id.slice(0, 8)}`}
            onClick={() => onAsk("discard", letter)}
          >
            Discard
          </button>
        </div>
      )}
    </li>
  );
}

/** A source of megabytes is read by nobody here. */
const LONGEST = 20_000;

function Whole({ stage, id }: { stage: string; id: string }) {
  const { letter } = useOperating();
  const answer = useAnswer(`letter ${stage} ${id}`, (signal) => letter(stage, id, signal));
  return (
    <Loaded what="the event" answer={answer}>
      {({ event, raw }) => {
        const text = event === undefined ? (raw ?? "") : JSON.stringify(event, null, 2);
        return (
          <>
            {event === undefined && <p class="help">It is no event; this is what lay in the list.</p>}
            <section class="event-text" tabIndex={0} aria-label="The event as text">
              <pre>{text.slice(0, LONGEST)}</pre>
            </section>
            {text.length > LONGEST && (
              <p class="help">
                {number(text.length - LONGEST)} further signs; <code>school dead-letters</code> shows all of it.
              </p>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
