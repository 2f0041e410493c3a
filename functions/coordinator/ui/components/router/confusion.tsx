/** Who was right against who was chosen; what is on the diagonal was right. */
import type { RouterAnswer } from "../../api/router-answers.ts";
import { inWords } from "../../logic/words.ts";

export function Confusion({ confusion: { chosen, rows } }: Pick<RouterAnswer, "confusion">) {
  const all = rows.flatMap(({ counts }) => counts).reduce((sum, one) => sum + one, 0);
  return (
    <section aria-labelledby="confusion">
      <h2 id="confusion">Confusion</h2>
      {all === 0 ? (
        <p class="help">Nobody has said of an improvement who would have been right.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Chosen and right experts">
          <table>
            <caption>Rows: who was right. Columns: who was chosen.</caption>
            <thead>
              <tr>
                <td />
                {chosen.map((name) => (
                  <th key={name} scope="col" class="figure-cell">
                    {name === "none" ? "Nobody" : inWords(name)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ label, counts }) => (
                <tr key={label}>
                  <th scope="row">{inWords(label)}</th>
                  {counts.map((count, i) => (
                    <td
                      key={chosen[i]}
                      class={`figure-cell ${count === 0 ? "nought" : chosen[i] === label ? "hit" : "miss"}`}
                    >
                      {count}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
