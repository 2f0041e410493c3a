/** How the router came to this expert: what every tier said, what decided, and what people say of it. */
import type { Improvement, RoutingDecision, RoutingVote } from "../../../../shared/domain/improvement.ts";
import { actorOf } from "../logic/words.ts";
import { Moment } from "./moment.tsx";
import { PartSection } from "./part.tsx";
import { RoutingWord } from "./routing-word.tsx";
import { Scroll } from "./scroll.tsx";

export function Routed({ improvement, onSaid }: { improvement: Improvement; onSaid: () => void }) {
  const { routing = [], routing_decision: decision, routing_feedback: word } = improvement;
  if (routing.length === 0 && decision === undefined && word === undefined) return null;
  return (
    <PartSection name="routing" title="Routing">
      {decision !== undefined && <Decided decision={decision} />}
      {word !== undefined && (
        <p class="note">
          <strong>The router was {word.right ? "right" : "wrong"}</strong>
          {!word.right && word.expert !== undefined && <>, {word.expert} would have been right</>}: {word.because}{" "}
          <span class="evidence">
            {actorOf(word.by).name}, <Moment at={word.at} />
          </span>
        </p>
      )}
      <RoutingWord improvement={improvement} onSaid={onSaid} />
      {routing.length > 0 && (
        <details>
          <summary>How it was routed</summary>
          <Votes votes={routing} />
        </details>
      )}
    </PartSection>
  );
}

function Decided({ decision }: { decision: RoutingDecision }) {
  const { arm, share, tier, expert, confidence, arms, complexity } = decision;
  const other = arms[arm === "rules" ? "learned" : "rules"];
  return (
    <p>
      <strong>{expert ?? "Nobody"}</strong> by {tier}, {Math.round(confidence * 100)} % sure.{" "}
      <span class="evidence">
        Arm {arm}, {Math.round(share * 100)} % go to the learned one; the other arm: {other.expert ?? "nobody"} by{" "}
        {other.tier}. Complexity {complexity} of 100.
      </span>
    </p>
  );
}

function Votes({ votes }: { votes: readonly RoutingVote[] }) {
  return (
    <Scroll what="Votes of the router">
      <table>
        <thead>
          <tr>
            <th scope="col">Tier</th>
            <th scope="col">Expert</th>
            <th scope="col" class="figure-cell">
              Confidence
            </th>
            <th scope="col" class="figure-cell">
              Time
            </th>
            <th scope="col">Because</th>
          </tr>
        </thead>
        <tbody>
          {votes.map(({ tier, expert, confidence, ms, because, by, unknown }) => (
            <tr key={tier}>
              <th scope="row">{tier}</th>
              <td>
                {unknown === true ? <span class="result unknown">could not be asked</span> : (expert ?? "abstained")}
              </td>
              <td class="figure-cell">{confidence.toFixed(2)}</td>
              <td class="figure-cell">{ms === undefined ? "" : `${ms.toFixed(1)} ms`}</td>
              <td>
                {because} {by !== undefined && <span class="tag">{by}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
