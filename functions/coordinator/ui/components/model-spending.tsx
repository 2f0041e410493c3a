/** What models cost today, by who pays, against the limits. Nothing where no model is asked. */
import type { ModelUse, Spent } from "../api/answers.ts";
import { dollars } from "../logic/money.ts";
import { number } from "../logic/time.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { FailureNote } from "./states.tsx";

export function ModelSpending() {
  const { api } = useSchool();
  const { data, failure, reload } = useAnswer("models", (signal) => api.models(signal));
  if (data === undefined) return failure === undefined ? null : <FailureNote failure={failure} onRetry={reload} />;
  if (data.configured.length === 0 && data.questions.length === 0) return null;
  return (
    <section aria-labelledby="models">
      <h2 id="models">Models</h2>
      <p class="help">
        Spent or reserved today; renewed {new Date(data.renewsAt).toLocaleString()}. {asked(data)}
      </p>
      <div class="scroll">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Paid by</th>
              <th scope="col" class="figure-cell">
                Spent
              </th>
              <th scope="col" class="figure-cell">
                Tokens
              </th>
            </tr>
          </thead>
          <tbody>
            <Row name="all together" spent={data.all} />
            {data.payers.map((one) => (
              <Row key={one.payer} name={one.payer} spent={one} />
            ))}
          </tbody>
        </table>
      </div>
      <Configured configured={data.configured} />
    </section>
  );
}

function asked({ questions }: ModelUse): string {
  const sum = { vendor: 0, cache: 0, shared: 0 };
  for (const { answeredBy } of questions) {
    sum.vendor += answeredBy.vendor;
    sum.cache += answeredBy.cache;
    sum.shared += answeredBy.shared;
  }
  const all = sum.vendor + sum.cache + sum.shared;
  if (all === 0) return "Nothing was asked yet.";
  const once = `${number(all)} ${all === 1 ? "question" : "questions"} so far`;
  return `${once}, ${number(sum.cache)} answered from the cache, ${number(sum.shared)} shared.`;
}

function Row({ name, spent: { dollars: money, tokens, limit } }: { name: string; spent: Spent }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="figure-cell">
        {dollars(money)}
        {limit.dollars !== null && <span class="limit"> of {dollars(limit.dollars)}</span>}
      </td>
      <td class="figure-cell">
        {number(tokens)}
        {limit.tokens !== null && <span class="limit"> of {number(limit.tokens)}</span>}
      </td>
    </tr>
  );
}

function Configured({ configured }: Pick<ModelUse, "configured">) {
  if (configured.length === 0) return null;
  return (
    <details>
      <summary>Which models are asked</summary>
      <div class="scroll">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Model</th>
            </tr>
          </thead>
          <tbody>
            {configured.map(({ purpose, models, because }) => (
              <tr key={purpose}>
                <th scope="row">{purpose}</th>
                <td>
                  {because !== undefined ? (
                    <>
                      <span class="result conflict">cannot be asked</span>
                      <div class="evidence">{because}</div>
                    </>
                  ) : models.length === 0 ? (
                    <span class="tag">rule-based</span>
                  ) : (
                    <code>{models.join(", ")}</code>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
