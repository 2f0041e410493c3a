/** What is to be done: verbs that say it. "Add", "use", "set" and their like go with anything and say nothing. */
import { conceptsOf } from "./synonyms.ts";
import { stemOf } from "./words.ts";

const VERBS = `alert archive authenticate automate backup balance ban bill block build cache check clean close collect compress connect
  copy cut decrypt defragment delete detect disable document downgrade drain drop dump encrypt enforce evict expand explain describe
  export expose extend fetch filter flush forbid forward freeze grant harden hash hide import increase decrease inject isolate label
  lock measure merge migrate mirror monitor mount move notify open paginate partition pin preload prune publish purge raise
  rebuild record reduce reject remove rename renew replace replicate report reserve reset resize restart restore restrict retry review revoke
  rotate route scale scan schedule scrape secure protect send share show shrink sign split spread squash stop stream sync taint
  terminate throttle train trim upgrade validate verify warm warn watch query compare convert deduplicate migrate audit approve`;

let known: ReadonlySet<string> | undefined;

/** The concepts among `concepts` that are actions. */
export function actionsAmong(concepts: Iterable<string>): ReadonlySet<string> {
  known ??= new Set(VERBS.split(/\s+/).flatMap((verb) => conceptsOf([stemOf(verb)])));
  const verbs = known;
  return new Set([...concepts].filter((concept) => verbs.has(concept)));
}
