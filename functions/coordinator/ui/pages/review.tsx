/** What waits for a person, the one that is open beside it, and deciding without leaving. */
import { useEffect, useRef, useState } from "preact/hooks";
import { askReview } from "../api/review.ts";
import { ReviewDialog } from "../components/review-dialog.tsx";
import { ReviewFilters } from "../components/review-filters.tsx";
import { ReviewList } from "../components/review-list.tsx";
import { ReviewPane } from "../components/review-pane.tsx";
import { TogetherDialog } from "../components/review-together.tsx";
import { Empty, FailureNote, Loading } from "../components/states.tsx";
import { pageAddress, type Query } from "../logic/address.ts";
import { afterDecision, neighbour, type ReviewOffer } from "../logic/review.ts";
import { number } from "../logic/time.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";
import { goTo } from "../state/use-place.ts";
import { useShortcuts } from "../state/use-shortcuts.ts";

const GAP_MS = 2_000;
const MOST_TOGETHER = 20;

export function ReviewPage({ query }: { query: Query }) {
  const { api, person } = useSchool();
  const { at, ...filters } = query;
  const key = `review ${new URLSearchParams(filters).toString()}`;
  const queue = useAnswer(key, (signal) => askReview(api, query, signal));
  const [deciding, setDeciding] = useState<ReviewOffer>();
  const [together, setTogether] = useState<"approve" | "reject">();
  const [read, setRead] = useState<ReadonlyMap<string, string>>(new Map());
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState("");
  const pane = useRef<HTMLElement>(null);
  /** Whoever just decided goes on reading at the next one, as soon as it is there. */
  const arriving = useRef(false);
  useNews(queue.reload, () => true, GAP_MS);
  const rows = queue.data?.rows ?? [];
  const ids = rows.map(({ id }) => id);
  const open = at ?? ids[0];
  const one = useAnswer(`improvement ${open ?? ""}`, async (signal) =>
    open === undefined ? undefined : api.whole(open, signal),
  );
  useNews(one.reload, (news) => news.kind === "resumed" || news.moved.improvement === open, GAP_MS);

  function show(id: string | undefined): void {
    if (id !== undefined) goTo(pageAddress("review", { ...query, at: id }), { replace: true });
  }
  function step(by: 1 | -1): void {
    show(neighbour(ids, open, by));
  }
  useShortcuts([
    { keys: "j", does: "The next in the queue", group: "Review", run: () => step(1) },
    { keys: "k", does: "The one before", group: "Review", run: () => step(-1) },
    { keys: "Enter", does: "Read the open one", group: "Review", run: focusPane },
    { keys: "u", does: "Back to the queue", group: "Review", run: focusOpenRow },
  ]);
  useEffect(() => {
    document.querySelector(".review-row.open")?.scrollIntoView({ block: "nearest" });
  }, [open]);

  const shown = one.data?.improvement.id;
  useEffect(() => {
    if (!arriving.current || shown !== open) return;
    arriving.current = false;
    focusPane();
  }, [shown, open]);

  function focusPane(): void {
    pane.current?.querySelector<HTMLElement>("#review-open")?.focus();
  }
  function decided(offer: ReviewOffer): void {
    const title = one.data?.improvement.title ?? "It";
    const next = open === undefined ? undefined : afterDecision(ids, open);
    setDeciding(undefined);
    const then = rows.find(({ id }) => id === next);
    setSaid(
      `${offer.label}: ${title}. ${then === undefined ? "Nothing else waits." : `Next: ${then.title ?? then.id}`}`,
    );
    goTo(pageAddress("review", { ...filters, at: next ?? "" }), { replace: true });
    queue.reload();
    arriving.current = true;
  }
  function choose(id: string, on: boolean): void {
    const others = [...chosen].filter((other) => other !== id);
    setChosen(new Set(on ? [...others, id] : others));
  }

  const several = rows.filter(({ id }) => chosen.has(id) && read.has(id));
  const sameKind = new Set(several.map(({ intent }) => intent)).size === 1;
  const data = queue.data;
  return (
    <div class="review">
      <h1 tabIndex={-1}>Review</h1>
      <p class="lead">
        What waits for a person{data === undefined ? "" : `: ${number(data.fitting)}`}
        {data !== undefined && data.deferred > 0 && query["deferred"] !== "yes" && `, and ${data.deferred} put off`}
      </p>
      <p class="unseen" role="status">
        {said}
      </p>
      <ReviewFilters query={query} kinds={kindsOf(rows)} />
      {data !== undefined && data.read < data.total && (
        <p class="note">
          {number(data.total)} wait; of each status the newest and those that wait longest are looked at (
          {number(data.read)}). Filters narrow what is shown.
        </p>
      )}
      {queue.failure !== undefined && <FailureNote failure={queue.failure} onRetry={queue.reload} />}
      {data === undefined && queue.failure === undefined && <Loading what="the queue" />}
      {data !== undefined && rows.length === 0 && at === undefined && (
        <Empty title="Nothing waits for you">
          <p>What stages may not decide by themselves comes here.</p>
        </Empty>
      )}
      {several.length > 1 && person.role !== "viewer" && (
        <div class="together actions" role="group" aria-label="Decide together">
          {sameKind && several.length <= MOST_TOGETHER ? (
            <>
              <button type="button" class="primary" onClick={() => setTogether("approve")}>
                Approve {several.length}
              </button>
              <button type="button" class="danger" onClick={() => setTogether("reject")}>
                Reject {several.length}
              </button>
            </>
          ) : (
            <p class="help">Together goes what is of one kind of change, at most {MOST_TOGETHER}.</p>
          )}
        </div>
      )}
      {(rows.length > 0 || at !== undefined) && (
        <div class="review-columns columns">
          <ReviewList rows={rows} query={query} open={open} read={read} chosen={chosen} onChoose={choose} />
          <section class="review-pane" aria-label="The open improvement" ref={pane}>
            <ReviewPane
              key={open}
              data={one.data}
              failure={one.failure}
              onRetry={one.reload}
              onDecide={setDeciding}
              onRead={(id, hash) =>
                setRead((before) => (before.get(id) === hash ? before : new Map(before).set(id, hash)))
              }
            />
          </section>
        </div>
      )}
      {deciding !== undefined && one.data !== undefined && (
        <ReviewDialog
          offer={deciding}
          improvement={one.data.improvement}
          onDone={() => decided(deciding)}
          onCancel={() => setDeciding(undefined)}
        />
      )}
      {together !== undefined && (
        <TogetherDialog
          action={together}
          rows={several}
          read={read}
          onClose={(count) => {
            setTogether(undefined);
            if (count === 0) return;
            setChosen(new Set());
            setSaid(`${count} decided together.`);
            queue.reload();
          }}
        />
      )}
    </div>
  );
}

/** After the next one is drawn. */
function focusOpenRow(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".review-row.open a")?.focus());
}

function kindsOf(rows: readonly { readonly intent?: string }[]): string[] {
  return [...new Set(rows.flatMap(({ intent }) => (intent === undefined ? [] : [intent])))].sort();
}
