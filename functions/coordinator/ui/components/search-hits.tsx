/** What a search found: the words themselves with their place, or why nothing could be asked. */
import type { SearchAnswer, SearchHit } from "../api/answers.ts";
import { piecesOf } from "../logic/pieces.ts";
import { inWords } from "../logic/words.ts";
import { Empty } from "./states.tsx";

export function SearchHits({ answer }: { answer: SearchAnswer }) {
  if (answer.kind === "unknown") {
    return (
      <div class="state failure" role="alert">
        <p class="state-title">Nothing could be asked</p>
        <p>{answer.because}</p>
      </div>
    );
  }
  if (answer.hits.length === 0) return <Empty title="Nothing known says this" />;
  return (
    <section class="hits-found" aria-label="Found">
      {answer.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <ol class="hits">
        {answer.hits.map((hit) => (
          <Found key={`${hit.corpus} ${hit.path} ${hit.from} ${hit.rank}`} {...hit} />
        ))}
      </ol>
    </section>
  );
}

function Found({ corpus, source, path, place, from, to, text, highlights }: SearchHit) {
  return (
    <li>
      <p class="hit-place">
        <span class="tag">{inWords(corpus)}</span> <strong>{place}</strong>
      </p>
      {/* Long ones scroll, and what scrolls can be reached by keyboard. */}
      <section class="hit-text" tabIndex={0} aria-label={`Text of ${place}`}>
        <blockquote>
          {piecesOf(text, highlights).map(({ text: words, marked }, index) =>
            marked ? <mark key={index}>{words}</mark> : words,
          )}
        </blockquote>
      </section>
      <p class="evidence">
        {source} <code>{from === to ? `${path}:${from}` : `${path}:${from}-${to}`}</code>
      </p>
    </li>
  );
}
