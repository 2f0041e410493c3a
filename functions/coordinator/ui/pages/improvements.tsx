/** Every improvement: searched, filtered, newest move first. */
import { ImprovementList } from "../components/improvement-list.tsx";
import type { Filters } from "../logic/address.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";

export function ImprovementsPage({ filters }: { filters: Filters }) {
  const { api } = useSchool();
  const status = useAnswer("status", (signal) => api.status(signal));
  return (
    <>
      <h1 tabIndex={-1}>Improvements</h1>
      <ImprovementList filters={filters} counts={status.data?.counts} />
    </>
  );
}
