/** What other sources proposed before, and is not decided yet, is backed by this one and not proposed a second time. */
import { corroborated } from "../../shared/domain/corroboration.ts";
import type { Improvement, Quote } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { intents } from "../../shared/intents/registry.ts";
import { judgePair } from "../../shared/knowledge/pairs/judge.ts";
import type { Corroborated } from "../../shared/runtime/outcome.ts";
import type { IdentifiedProposal } from "./propose.ts";

/** Nobody has said yes yet. What is approved was approved as it stood. */
const UNDECIDED: readonly Status[] = ["raw", "routed", "categorized", "validated", "planned", "pending_review"];

export function parted(
  proposals: readonly IdentifiedProposal[],
  past: readonly Improvement[],
): { readonly fresh: readonly IdentifiedProposal[]; readonly corroborates: readonly Corroborated[] } {
  const open = past.filter(({ status }) => UNDECIDED.includes(status));
  const fresh: IdentifiedProposal[] = [];
  const corroborates: Corroborated[] = [];
  const backed = new Set<string>();
  for (const proposal of proposals) {
    const same = open.find((other) => saysTheSame(other, proposal));
    const [quote] = proposal.quotes;
    if (same === undefined || quote === undefined) {
      fresh.push(proposal);
      continue;
    }
    if (backed.has(same.id)) continue;
    backed.add(same.id);
    corroborates.push({ improvement: same.id, by: byOf(proposal, quote), ...rankOf(same, proposal.source_id) });
  }
  return { fresh, corroborates };
}

function byOf({ source_id, source_title, source_url }: IdentifiedProposal, quote: Quote): Corroborated["by"] {
  return { source_id, source_title, ...(source_url === undefined ? {} : { source_url }), quote };
}

function rankOf(improvement: Improvement, source: string) {
  const sources = new Set((improvement.corroborated_by ?? []).map(({ source_id }) => source_id)).add(source);
  return corroborated(improvement, sources.size);
}

/** The same change for the same reason, at least as well founded there, and nothing that only reads alike. */
function saysTheSame(other: Improvement, proposal: IdentifiedProposal): boolean {
  if (other.source_id === proposal.source_id || other.id === proposal.id) return false;
  // A passing remark elsewhere must not take the place of real advice.
  if (other.relevance < proposal.relevance) return false;
  const topic = topicOf(proposal);
  if (topic === undefined || topic.id !== topicOf(other)?.id || other.type !== proposal.type) return false;
  const [ours, theirs] = [spokenIn(proposal), spokenIn(other)];
  const intent = topic.intent === undefined ? undefined : intents.get(topic.intent);
  if (intent !== undefined && intent.forms(ours)[0] !== intent.forms(theirs)[0]) return false;
  return judgePair(ours, theirs).verdict === "duplicate";
}
