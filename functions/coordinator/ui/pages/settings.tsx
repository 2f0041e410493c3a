/** What the school may do by itself: flags, brakes, budgets, who is signed in, who is told, and the configuration. */
import { Breaker } from "../components/operate/breaker.tsx";
import { CommitBudget, ModelBudget } from "../components/operate/budgets.tsx";
import { Channels } from "../components/operate/channels.tsx";
import { Configuration } from "../components/operate/configuration.tsx";
import { Flags } from "../components/operate/flags.tsx";
import { Part } from "../components/operate/loaded.tsx";
import { Locks } from "../components/operate/locks.tsx";
import { Sessions } from "../components/operate/sessions.tsx";
import type { Query } from "../logic/address.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useOperating } from "../state/use-operating.ts";

export function SettingsPage({ query }: { query: Query }) {
  const { person } = useSchool();
  const { settings } = useOperating();
  const answer = useAnswer("settings", settings);
  const windows = answer.data?.settings.find(({ name }) => name === "FREEZE_WINDOWS")?.value ?? undefined;
  return (
    <>
      <h1 tabIndex={-1}>Settings</h1>
      <p class="lead">
        What the school may do by itself.
        {person.role !== "operator" && ` You are a ${person.role}: operators change what stands here.`}
      </p>
      <div class="panels">
        <Flags />
        <div class="panels-side">
          <Breaker />
          <CommitBudget windows={windows} />
          <ModelBudget />
          <Locks />
        </div>
        <Channels />
        {person.role === "operator" && <Sessions />}
      </div>
      <Part id="configuration" title="Configuration" what="the configuration" answer={answer}>
        {(data) => <Configuration settings={data.settings} wanted={query["q"] ?? ""} />}
      </Part>
    </>
  );
}
