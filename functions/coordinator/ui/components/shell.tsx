/** The frame of every page: where one is, who one is, whether what is shown is live. */
import { useEffect, useRef } from "preact/hooks";
import type { Person } from "../api/answers.ts";
import type { Failure } from "../api/failure.ts";
import type { LiveState } from "../live/follow.ts";
import { ImprovementPage } from "../pages/improvement.tsx";
import { KnowledgePage } from "../pages/knowledge.tsx";
import { Overview } from "../pages/overview.tsx";
import { RouterPage } from "../pages/router.tsx";
import { usePlace } from "../state/use-place.ts";
import { Brand, LiveMark } from "./brand.tsx";
import { Link } from "./link.tsx";
import { Empty, FailureNote, Loading } from "./states.tsx";

interface ShellProps {
  readonly person?: Person;
  readonly live?: LiveState;
  readonly failure?: Failure | undefined;
  readonly onSignOut?: () => void;
}

const LOST: Readonly<Partial<Record<LiveState, string>>> = {
  lost: "The connection to the coordinator is lost.",
  outage: "The coordinator waits for Redis, which does not answer.",
};

export function Shell({ person, live, failure, onSignOut }: ShellProps) {
  const main = useRef<HTMLElement>(null);
  // Not a link: its target is a fragment, and fragments are taken for tokens here.
  const skip = () => main.current?.focus();
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="top">
        <Brand />
        {live !== undefined && <LiveMark state={live} />}
        {person !== undefined && (
          <nav aria-label="Pages">
            <Link href="/knowledge">Knowledge</Link>
            <Link href="/router">Router</Link>
          </nav>
        )}
        <span class="spring" />
        {person !== undefined && (
          <>
            <span class="me">
              {person.name} <span class="role">{person.role}</span>
            </span>
            <button type="button" class="quiet" onClick={onSignOut}>
              Sign out
            </button>
          </>
        )}
      </header>
      {live !== undefined && LOST[live] !== undefined && (
        <p class="lost" role="alert">
          {LOST[live]} You see what was last known; this page comes back by itself.
        </p>
      )}
      <main ref={main} tabIndex={-1}>
        {person === undefined ? <Waiting failure={failure} /> : <CurrentPage />}
      </main>
    </>
  );
}

function Waiting({ failure }: { failure: Failure | undefined }) {
  return failure === undefined ? <Loading what="the school" /> : <FailureNote failure={failure} />;
}

function CurrentPage() {
  const place = usePlace();
  const address = place.page === "improvement" ? place.id : place.page;
  const first = useRef(true);
  useEffect(() => {
    // Whoever reads with a screen reader or the keyboard starts at the new page's heading.
    if (!first.current) document.querySelector<HTMLElement>("main h1")?.focus();
    first.current = false;
  }, [address]);

  if (place.page === "overview") return <Overview filters={place.filters} />;
  if (place.page === "improvement") return <ImprovementPage key={place.id} id={place.id} />;
  if (place.page === "knowledge") return <KnowledgePage question={place.question} />;
  if (place.page === "router") return <RouterPage />;
  return (
    <Empty title="There is nothing at this address">
      <Link href="/">Go to the overview</Link>
    </Empty>
  );
}
