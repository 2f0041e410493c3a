/** Names that no vocabulary knows, taken from the decisions themselves: "Quillbox is the only mail relay". */
import { purposesIn } from "./about.ts";
import { clausesOf, cuesIn } from "./clauses.ts";
import type { Statement } from "./statements.ts";
import type { Technology } from "./technologies.ts";
import { type Word, wordsOf } from "./words.ts";

const INITIAL = /^(?:is|stays?|remains?|was|carries|handles|serves|,)$/iu;
/** Capitalised words that begin sentences or name things of every platform. */
const COMMON =
  /^(?:The|This|That|These|Those|It|We|They|There|Every|Each|All|Any|No|None|Some|If|When|Where|Who|What|Why|How|Our|Your|Its|Use|Using|Never|Always|Only|Must|Please|Note|Access|Everything|Anyone|Everyone|Nobody|Nothing|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July|August|September|October|November|December|Kubernetes|Git|Docker|Linux|Deployment|Deployments|Service|Services|Secret|Secrets|ConfigMap|ConfigMaps|Pod|Pods|Namespace|Namespaces|Ingress|Ingresses|CronJob|CronJobs|Job|Jobs|StatefulSet|StatefulSets|DaemonSet|DaemonSets|Node|Nodes|Application|Applications|Production|Staging|Development|YAML|JSON|HTTP|HTTPS|API|APIs|CPU|RAM|URL|DNS|TLS|SSH|VPN|CI|CD|ID|README|ADR|Markdown|Chart|Charts|Role|Roles|Traffic|Images?|Logs?|Metrics?|Backups?|Status|Decision|Accepted|Proposed|Restart|Check|Default|Port|Path|Type|Name|Example|Warning|Important|True|False|Yes|Phase|Step|Date|Version|Owner|Team|Master|Worker|Workers|Masters)$/u;

/** Names a statement makes a choice about, by the stem they are looked for with. */
export function namesIn({ text }: Statement): ReadonlyMap<string, Technology> {
  const found = new Map<string, Technology>();
  for (const clause of clausesOf(text)) {
    const chosen = cuesIn(clause, "choose", "only", "no-other").filter(
      ({ phrase }) => !/^(?:use|uses|run|runs|only)$/u.test(phrase),
    );
    if (chosen.length === 0) continue;
    const purposes = purposesIn(clause);
    for (const [at, word] of clause.words.entries()) {
      if (!isName(word, at, clause.words) || clause.marks.some(({ from, to }) => at >= from && at < to)) continue;
      found.set(word.stem, { id: word.text.toLowerCase(), classes: purposes, aliases: [word.text] });
    }
  }
  return found;
}

function isName({ text }: Word, at: number, words: readonly Word[]): boolean {
  if (!/^\p{Lu}[\p{L}\p{N}]{2,30}$/u.test(text) || COMMON.test(text) || /^\p{Lu}+$/u.test(text)) return false;
  if (words[at + 1]?.text === "of" || words[at - 1]?.text === "of") return false;
  return at > 0 || INITIAL.test(words[at + 1]?.text ?? "");
}

/** Capitalised words inside the sentences of a text, by their stems. */
export function properNamesOf(text: string): ReadonlySet<string> {
  const words = wordsOf(text);
  const names = words.filter(
    ({ text: word }, at) => at > 0 && /^\p{Lu}\p{Ll}[\p{L}\p{N}]{2,30}$/u.test(word) && !COMMON.test(word),
  );
  return new Set(names.map(({ stem }) => stem));
}
