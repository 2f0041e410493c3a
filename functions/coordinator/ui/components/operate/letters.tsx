/** The dead letters of one stage or of all, and what becomes of those that an operator moves. */
import { useState } from "preact/hooks";
import type { Letter, LettersAnswer, Moved } from "../../api/operating.ts";
import { number } from "../../logic/time.ts";
import { useSchool } from "../../state/school.ts";
import { useNews } from "../../state/use-news.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { usePages } from "../../state/use-pages.ts";
import { Empty } from "../states.tsx";
import { LetterRow } from "./letter.tsx";
import { Loaded, More } from "./loaded.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { StageChips } from "./stage-chips.tsx";

const GAP_MS = 3_000;
const LOOK_EVERY_MS = 15_000;
type Move = "redrive" | "discard";
/** Without a letter: all of the stage. */
type Asked = { readonly move: Move; readonly stage: string; readonly letter?: Letter };

export function Letters({ stage }: { stage: string | undefined }) {
  const { letters, moveLetters } = useOperating();
  const [asked, setAsked] = useState<Asked>();
  const [said, setSaid] = useState<string>();
  const answer = usePages<LettersAnswer, Letter>(
    `letters ${stage ?? ""}`,
    (cursor, signal) => {
      const query = new URLSearchParams({ limit: "50", ...(stage === undefined ? {} : { stage }) });
      if (cursor !== undefined) query.set("cursor", cursor);
      return letters(query, signal);
    },
    (page) => page.letters,
  );
  // Whoever reads on a later page keeps their place.
  const look = () => {
    if (!answer.isLong) answer.reload();
  };
  useNews(look, () => true, GAP_MS);
  useEvery(look, LOOK_EVERY_MS);

  async function send({ move, stage: of, letter }: Asked, reason: string): Promise<void> {
    setSaid(outcome(move, await moveLetters(move, of, letter?.id, reason)));
  }
  return (
    <>
      <Loaded what="dead letters" answer={answer}>
        {({ counts }) => (
          <>
            <StageChips counts={counts} stage={stage} />
            <p role="status" class="said">
              {said}
            </p>
            {answer.rows.length === 0 ? (
              <Empty title={stage === undefined ? "No dead letters" : `No dead letters of ${stage}`}>
                <p>An event comes here when its stage has tried it as often as it may, or cannot read it at all.</p>
              </Empty>
            ) : (
              <>
                {stage !== undefined && <All stage={stage} count={counts[stage] ?? 0} onAsk={setAsked} />}
                <ol class="entries">
                  {answer.rows.map((letter) => (
                    <LetterRow
                      key={`${letter.stage} ${letter.id}`}
                      letter={letter}
                      onAsk={(move) => setAsked({ move, stage: letter.stage, letter })}
                    />
                  ))}
                </ol>
                <More more={answer.more} what="dead letters" />
              </>
            )}
          </>
        )}
      </Loaded>
      {asked !== undefined && (
        <ReasonDialog
          label={`${WORDS[asked.move]}${asked.letter === undefined ? " all" : ""}`}
          subject={asked.letter?.reason ?? `All dead letters of ${asked.stage}`}
          means={MEANS[asked.move]}
          tone={asked.move === "discard" ? "danger" : "primary"}
          onSend={(reason) => send(asked, reason)}
          onDone={() => {
            setAsked(undefined);
            answer.reload();
          }}
          onCancel={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

const WORDS: Readonly<Record<Move, string>> = { redrive: "Put back", discard: "Discard" };
const MEANS: Readonly<Record<Move, string>> = {
  redrive: "The stage tries again, with as many attempts as a new event has. Mend what killed it first.",
  discard: "Nobody works on it any more. It is kept among the discarded ones, with your name and reason.",
};

function All({ stage, count, onAsk }: { stage: string; count: number; onAsk: (asked: Asked) => void }) {
  const { person } = useSchool();
  if (person.role !== "operator" || count < 2) return null;
  return (
    <div class="choices all">
      <button type="button" onClick={() => onAsk({ move: "redrive", stage })}>
        Put back all {number(count)}
      </button>
      <button type="button" class="danger" onClick={() => onAsk({ move: "discard", stage })}>
        Discard all {number(count)}
      </button>
    </div>
  );
}

function outcome(move: Move, { redriven = 0, discarded = 0, refused, left }: Moved): string {
  const done = move === "redrive" ? `${number(redriven)} put back` : `${number(discarded)} discarded`;
  const [first] = refused;
  const kept = first === undefined ? "" : `, ${number(refused.length)} could not go (${first.because})`;
  return `${done}${kept}; ${number(left)} left.`;
}
