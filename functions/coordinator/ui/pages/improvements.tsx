/** Every improvement: searched, filtered, newest move first. */
import { ImprovementList } from "../components/improvement-list.tsx";
import type { Filters } from "../logic/address.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";

const GAP_MS = 3_000;

export function ImprovementsPage({ filters }: { filters: Filters }) {
  const { api } = useSchool();
  const { data, reload } = useAnswer("status", (signal) => api.status(signal));
  useNews(reload, () => true, GAP_MS);
  return (
    <>
      <h1 tabIndex={-1}>Improvements</h1>
      <ImprovementList filters={filters} counts={data?.counts} />
    </>
  );
}
