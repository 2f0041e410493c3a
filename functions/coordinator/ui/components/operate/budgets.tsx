/** How much may be committed and spent on models, and how much of it is gone; and the times in which nothing is committed. */
import { dollars } from "../../logic/money.ts";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useEvery } from "../../state/use-operating.ts";
import { Part } from "./loaded.tsx";
import { Meter } from "./meter.tsx";

const LOOK_EVERY_MS = 15_000;

export function CommitBudget({ windows }: { windows: string | undefined }) {
  const { api } = useSchool();
  const answer = useAnswer("status", (signal) => api.status(signal));
  useEvery(answer.reload, LOOK_EVERY_MS);
  return (
    <Part id="commits" title="Commits" what="the budgets" answer={answer}>
      {({ freeze, budgets: { commits, spent } }) => (
        <>
          <div class="meters">
            <Meter name="This hour" used={commits.hour} limit={commits.perHour} />
            <Meter name="This day" used={commits.day} limit={commits.perDay} />
          </div>
          {spent && <p class="note">The budget is spent: what is approved waits for the next hour or day.</p>}
          <p class="line">
            <span class={`badge ${freeze === null ? "good" : "person"}`}>
              {freeze === null ? "No freeze" : "Frozen"}
            </span>
            {freeze ?? "Commits are made as they are approved."}
          </p>
          <p class="help">
            {windows === undefined ? (
              "No freeze windows are configured (FREEZE_WINDOWS)."
            ) : (
              <>
                Freeze windows: <code>{windows}</code>
              </>
            )}
          </p>
        </>
      )}
    </Part>
  );
}

export function ModelBudget() {
  const { api } = useSchool();
  const answer = useAnswer("models", (signal) => api.models(signal));
  useEvery(answer.reload, LOOK_EVERY_MS);
  return (
    <Part id="model-budget" title="Models" what="what models cost" answer={answer}>
      {({ renewsAt, configured, all, payers }) => {
        const asked = configured.filter(({ models }) => models.length > 0);
        return (
          <>
            <div class="meters">
              <Meter name="Dollars today" used={all.dollars} limit={all.limit.dollars} shown={dollars} />
              <Meter name="Tokens today" used={all.tokens} limit={all.limit.tokens} />
              {payers.map((one) => (
                <Meter
                  key={one.payer}
                  name={`Paid by ${one.payer}`}
                  used={one.dollars}
                  limit={one.limit.dollars}
                  shown={dollars}
                />
              ))}
            </div>
            <p class="help">
              {asked.length === 0
                ? "No model is configured: rules do everything, and nothing is spent."
                : `Models are asked for ${asked.map(({ purpose }) => purpose).join(", ")}.`}{" "}
              Renewed {new Date(renewsAt).toLocaleString()}.
            </p>
          </>
        );
      }}
    </Part>
  );
}
