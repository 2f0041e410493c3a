/** One deed: who, what, to what, why, and what else is known of it. */
import type { AuditEntry } from "../../api/operating.ts";
import { improvementAddress, pageAddress } from "../../logic/address.ts";
import { actorOf, inWords } from "../../logic/words.ts";
import { Link } from "../link.tsx";
import { Moment } from "../moment.tsx";

export function AuditRow({ entry }: { entry: AuditEntry }) {
  const { at, actor, by, action, subject, improvement, reason, facts } = entry;
  const { name, person } = actorOf(actor);
  const more = Object.keys(facts).length > 0;
  return (
    <li class="entry deed">
      <p class="line">
        <Link href={pageAddress("audit", { actor: name })} class={person ? "actor person" : "actor"}>
          {name}
        </Link>
        <strong>{actionWords(action)}</strong>
        {improvement === null
          ? subject !== "" && <span class="deed-subject">{subject}</span>
          : isAddressable(improvement) && (
              <Link href={improvementAddress(improvement)}>
                <code>{improvement}</code>
              </Link>
            )}
        {improvement !== null && subject !== improvement && <span class="deed-subject">{subject}</span>}
        <span class="deed-when">
          {by !== "" && <span class="tag">{by}</span>} <Moment at={at} />
        </span>
      </p>
      {reason !== "" && <p class="entry-reason">{reason}</p>}
      {more && (
        <details>
          <summary>Details</summary>
          <pre>{JSON.stringify(facts, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}

/** `improvement.verified` → `Verified`; `dead_letters.redrive` → `Dead letters: redrive`. */
function actionWords(action: string): string {
  const [area = "", ...rest] = action.split(".");
  if (rest.length === 0) return action;
  const what = rest.join(".").replaceAll("_", " ");
  return area === "improvement" ? inWords(what) : `${inWords(area)}: ${what}`;
}

function isAddressable(id: string): boolean {
  return /^[\w.-]{1,64}$/.test(id);
}
