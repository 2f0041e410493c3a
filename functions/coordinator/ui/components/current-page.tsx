/** The page at the address, its title, and where its reader starts. */
import { useEffect } from "preact/hooks";
import type { Place } from "../logic/address.ts";
import { entryOf } from "../logic/pages.ts";
import { Pipeline } from "../pages/pipeline.tsx";
import { useArrival } from "../state/use-arrival.ts";
import { late } from "./late.tsx";
import { Link } from "./link.tsx";
import { Empty } from "./states.tsx";

const ImprovementsPage = late("improvements", async () => (await import("../pages/improvements.tsx")).ImprovementsPage);
const ImprovementPage = late("the improvement", async () => (await import("../pages/improvement.tsx")).ImprovementPage);
const ReviewPage = late("the review queue", async () => (await import("../pages/review.tsx")).ReviewPage);
const RouterPage = late("the router", async () => (await import("../pages/router.tsx")).RouterPage);
const KnowledgePage = late("the knowledge", async () => (await import("../pages/knowledge.tsx")).KnowledgePage);
const SourcesPage = late("the sources", async () => (await import("../pages/sources.tsx")).SourcesPage);
const SettingsPage = late("the settings", async () => (await import("../pages/settings.tsx")).SettingsPage);
const DeadLettersPage = late("dead letters", async () => (await import("../pages/dead-letters.tsx")).DeadLettersPage);
const AuditPage = late("the audit", async () => (await import("../pages/audit.tsx")).AuditPage);

const SCHOOL = "Cortex Online School";

export function CurrentPage({ place }: { place: Place }) {
  const { page } = place;
  useArrival(page === "improvement" ? place.id : page);
  useEffect(() => {
    // An improvement has a title of its own, which it sets when it knows it.
    const name = page === "improvement" || page === "pipeline" ? undefined : entryOf(page)?.name;
    document.title = name === undefined ? SCHOOL : `${name} · ${SCHOOL}`;
  }, [page]);

  switch (place.page) {
    case "pipeline":
      return <Pipeline query={place.query} />;
    case "improvements":
      return <ImprovementsPage filters={place.filters} />;
    case "improvement":
      return <ImprovementPage key={place.id} id={place.id} part={place.part} />;
    case "knowledge":
      return <KnowledgePage question={place.question} />;
    case "review":
      return <ReviewPage query={place.query} />;
    case "router":
      return <RouterPage />;
    case "sources":
      return <SourcesPage query={place.query} />;
    case "settings":
      return <SettingsPage query={place.query} />;
    case "dead-letters":
      return <DeadLettersPage query={place.query} />;
    case "audit":
      return <AuditPage query={place.query} />;
    case "nowhere":
      return (
        <Empty title="There is nothing at this address">
          <Link href="/">Go to the pipeline</Link>
        </Empty>
      );
  }
}
