/** What the school knows of the platform: a search over it, and how fresh and how whole it is. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { CorpusStates } from "../components/corpus-states.tsx";
import { ModelSpending } from "../components/model-spending.tsx";
import { SearchHits } from "../components/search-hits.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import { WatchedSources } from "../components/watched-sources.tsx";
import { knowledgeAddress, type Question, questionQuery } from "../logic/address.ts";
import { CORPUS_NAMES, inWords } from "../logic/words.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { goTo } from "../state/use-place.ts";

/** While an index is built its numbers move. */
const LOOK_EVERY_MS = 5_000;

export function KnowledgePage({ question }: { question: Question }) {
  const { api } = useSchool();
  const knowledge = useAnswer("knowledge", (signal) => api.knowledge(signal));
  const { reload } = knowledge;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);

  return (
    <>
      <h1 tabIndex={-1}>Knowledge</h1>
      <p class="lead">What your documents and manifests say. Every improvement is checked against it.</p>
      <QuestionForm key={questionQuery(question).toString()} question={question} />
      {question.q !== undefined && <Answers question={question} />}
      <section aria-labelledby="states">
        <h2 id="states">Index</h2>
        {knowledge.data !== undefined ? (
          <>
            <CorpusStates {...knowledge.data} />
            {knowledge.data.kept && <LookAgain onAsked={reload} />}
          </>
        ) : knowledge.failure !== undefined ? (
          <FailureNote failure={knowledge.failure} onRetry={reload} />
        ) : (
          <Loading what="the index" />
        )}
      </section>
      <WatchedSources />
      <ModelSpending />
    </>
  );
}

/** For operators: as a push to the repository would. */
function LookAgain({ onAsked }: { onAsked: () => void }) {
  const { api, person } = useSchool();
  const [said, setSaid] = useState<string>();
  if (person.role !== "operator") return null;
  const ask = () => {
    setSaid("Asking …");
    api.reindex().then(
      () => {
        setSaid("It is being brought up to date.");
        onAsked();
      },
      (error: unknown) => setSaid(Failure.from(error).message),
    );
  };
  return (
    <p class="look-again">
      <button type="button" onClick={ask}>
        Bring it up to date
      </button>{" "}
      <span role="status">{said}</span>
    </p>
  );
}

function QuestionForm({ question }: { question: Question }) {
  const [q, setQ] = useState(question.q ?? "");
  const [corpus, setCorpus] = useState(question.corpus ?? "");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const ask = (event: Event) => {
    event.preventDefault();
    goTo(knowledgeAddress({ q: q.trim(), corpus }));
  };
  return (
    <form class="fields question" role="search" onSubmit={ask}>
      <input
        ref={field}
        type="search"
        aria-label="Search documents and manifests"
        placeholder="For example: where do backups go?"
        maxLength={400}
        value={q}
        onInput={({ currentTarget }) => setQ(currentTarget.value)}
      />
      <select aria-label="Where" value={corpus} onChange={({ currentTarget }) => setCorpus(currentTarget.value)}>
        <option value="">Everywhere</option>
        {CORPUS_NAMES.map((name) => (
          <option key={name} value={name}>
            {inWords(name)}
          </option>
        ))}
      </select>
      <button type="submit" disabled={q.trim() === ""}>
        Search
      </button>
    </form>
  );
}

function Answers({ question }: { question: Question }) {
  const { api } = useSchool();
  const query = questionQuery(question).toString();
  const { data, failure, reload } = useAnswer(`search ${query}`, (signal) => api.search(question, signal));
  if (data !== undefined) return <SearchHits answer={data} />;
  if (failure !== undefined) return <FailureNote failure={failure} onRetry={reload} />;
  return <Loading what="what is known" />;
}
