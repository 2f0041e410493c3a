/** Which arm serves, who says so, and which of them is right on the same improvements. */
import type { RouterAnswer } from "../../api/router-answers.ts";
import { number, percent } from "../../logic/time.ts";
import { actorOf } from "../../logic/words.ts";
import { Moment } from "../moment.tsx";
import { ShareOf } from "./share.tsx";

export function Arms({ rollout, traffic, comparison, accuracy, labels, meanConfidence }: RouterAnswer) {
  const { override } = rollout;
  const { n, p } = comparison;
  return (
    <section aria-labelledby="arms">
      <h2 id="arms">Arms</h2>
      <p>
        The learned arm serves <strong>{percent(rollout.share)}</strong> of all improvements
        {override === null ? (
          ", as configured."
        ) : (
          <>
            : {actorOf(override.by).name}, <Moment at={override.at} />: {override.because}{" "}
            <span class="evidence">configured: {percent(rollout.configured)}</span>
          </>
        )}
      </p>
      <p class="help">
        Served so far: {number(traffic.learned)} by the learned arm, {number(traffic.rules)} by the rules.{" "}
        {number(labels.labelled)} of {number(labels.rows)} improvements have a label; {number(labels.by.outcome)} of
        them are outcomes of what was served and not counted here.
      </p>
      <dl class="facts wide-names">
        <div>
          <dt>Who was served was right</dt>
          <dd>
            <ShareOf of={accuracy.all} />
          </dd>
        </div>
        <div>
          <dt>Mean confidence</dt>
          <dd>{meanConfidence === null ? "no data" : percent(meanConfidence)}</dd>
        </div>
      </dl>
      {n === 0 ? (
        <p class="help">Nobody has judged an improvement yet, so the arms cannot be compared.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Both arms compared">
          <table>
            <caption>
              Both arms on the same {n} improvements; McNemar p = {p.toFixed(3)}
            </caption>
            <thead>
              <tr>
                <td />
                <th scope="col">Learned right</th>
                <th scope="col">Learned wrong</th>
                <th scope="col">Right</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">Rules right</th>
                <td>{comparison.bothRight}</td>
                <td>{comparison.onlyRules}</td>
                <td>
                  <ShareOf of={comparison.accuracy.rules} /> by the rules
                </td>
              </tr>
              <tr>
                <th scope="row">Rules wrong</th>
                <td>{comparison.onlyLearned}</td>
                <td>{comparison.bothWrong}</td>
                <td>
                  <ShareOf of={comparison.accuracy.learned} /> by the learned arm
                </td>
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
