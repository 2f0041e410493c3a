/** The list: newest move first, filtered by the address, as long as it is. */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { StatusAnswer } from "../api/answers.ts";
import { type Filters, listAddress } from "../logic/address.ts";
import { lengthOf } from "../logic/paged-lines.ts";
import { counted } from "../logic/pipeline.ts";
import { totalOf } from "../logic/totals.ts";
import type { News } from "../state/school.ts";
import { useLines } from "../state/use-lines.ts";
import { useNews } from "../state/use-news.ts";
import { FilterBar } from "./filter-bar.tsx";
import { Link } from "./link.tsx";
import { Empty, FailureNote, Loading } from "./states.tsx";
import { WindowedList } from "./windowed-list.tsx";

const GAP_MS = 1_500;
/** Whoever is further down than this (pixels) reads: the lines stay where they are. */
const READING = 400;

interface ListProps {
  readonly filters: Filters;
  readonly counts: StatusAnswer["counts"] | undefined;
}

export function ImprovementList({ filters, counts }: ListProps) {
  const { list, failure, filling, look, reload, moved } = useLines(filters);
  const [newer, setNewer] = useState(false);
  const fresh = useCallback(() => {
    if (scrollY > READING) setNewer(true);
    else reload();
  }, [reload]);
  const concerns = useCallback(
    (news: News) => {
      if (news.kind === "moved") moved(news.moved.improvement, news.moved.to);
      return true;
    },
    [moved],
  );
  useNews(fresh, concerns, GAP_MS);
  useEffect(() => setNewer(false), [list?.pages[0]]);
  const top = () => {
    scrollTo(0, 0);
    reload();
  };

  const length = list === undefined ? 0 : lengthOf(list);
  const total = totalOf(filters, counts);
  return (
    <>
      <FilterBar filters={filters} counts={counts} />
      {failure !== undefined && (list === undefined || failure.kind !== "unreachable") && (
        <FailureNote failure={failure} onRetry={reload} />
      )}
      {filling && (
        <p class="note">The search index is still being filled; some improvements that fit may be missing yet.</p>
      )}
      {list === undefined && failure === undefined && <Loading what="improvements" />}
      {list !== undefined && length === 0 && list.next === undefined && <NothingFound filters={filters} />}
      {list !== undefined && length === 0 && list.next !== undefined && <Loading what="older improvements" />}
      <p class={length === 0 ? "unseen" : "help how-many"} role="status">
        {list === undefined || length === 0 ? "" : howMany(length, list.next !== undefined, total)}
      </p>
      {list !== undefined && length > 0 && (
        <WindowedList key={listAddress(filters)} list={list} total={total} onLook={look} />
      )}
      {list?.next !== undefined && length > 0 && <p class="more help">Loading older ones …</p>}
      {newer && (
        <button type="button" class="primary newer" onClick={top}>
          Something moved: show the newest
        </button>
      )}
    </>
  );
}

/** Of a long list it says the same however far it is read: a screen reader hears it once. */
function howMany(length: number, further: boolean, total: number | undefined): string {
  if (!further) return counted(length, "improvement", "improvements");
  return total === undefined ? "More improvements than fit on a page" : counted(total, "improvement", "improvements");
}

function NothingFound({ filters }: { filters: Filters }) {
  if (Object.keys(filters).length === 0) {
    return (
      <Empty title="No improvements yet">
        <p>
          Hand in a talk and they appear here: <code>./build/cli/school.mjs learn talk.vtt</code>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing fits these filters">
      <p>
        <Link href={listAddress({})}>Show all improvements</Link>
      </p>
    </Empty>
  );
}
