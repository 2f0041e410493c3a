/**
 * Words meant for the machine that reads, not for people who listen: orders, fake system messages, smuggled manifests,
 * forged commit trailers. They are never advice. This keeps proposals clean; safety does not rest on it, it rests on
 * typed intents and policy.
 */
import { isEncoded } from "./encoded.ts";
import { atAGlance, imitates, isSpelledOut } from "./homoglyphs.ts";

/** Keys that make a run of `key: value` lines a manifest rather than speech. */
const KEY =
  "apiVersion|kind|metadata|spec|roleRef|subjects|rules|verbs|apiGroups|resources|containers|image|imagePullPolicy|command|args|env|volumes|volumeMounts|hostPath|securityContext|privileged|template|labels|annotations|namespace|data|stringData|serviceAccountName|hostNetwork|hostPID";
const manifestLine = new RegExp(`^\\s*(?:-\\s+)?(?:${KEY})\\s*:(?:\\s|$)`, "u");
const yamlLine =
  /^\s*(?:-\s+)?["']?[A-Za-z_][\w./-]{0,60}["']?\s*:(?:\s+\S{1,120}(?:\s\S+){0,2})?\s*$|^\s*-\s+\S+\s*$|^\s*---\s*$|^\s*\.\.\.\s*$/u;
const fence = /^\s*(?:```|~~~)/u;

/** Sets aside fenced blocks and runs of manifest lines. Timings and speech around them stay where they are. */
export function withoutMarkup(text: string): { kept: string; setAside: string[] } {
  const kept: string[] = [];
  const setAside: string[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; ) {
    const fenced = fence.test(lines[i] ?? "");
    const end = fenced ? closing(lines, i) : runEnd(lines, i);
    const block = lines.slice(i, end + 1);
    if (fenced || block.filter((line) => manifestLine.test(line)).length >= 2) {
      setAside.push(block.join("\n"));
      kept.push("");
    } else kept.push(...block);
    i = end + 1;
  }
  return { kept: kept.join("\n"), setAside };
}

/** Longest fenced block in lines; a fence that is never closed must not swallow the talk. */
const LONGEST_BLOCK = 200;

/** Index of the line that closes the fence at `from`, or of the last one before the next caption. */
function closing(lines: readonly string[], from: number): number {
  const last = Math.min(lines.length - 1, from + LONGEST_BLOCK);
  for (let i = from + 1; i <= last; i += 1) {
    if (fence.test(lines[i] ?? "")) return i;
    if (lines[i]?.includes("-->")) return i - 1;
  }
  return last;
}

/** Index of the last line of the run of `key: value` lines at `from`; `from` itself for any other line. */
function runEnd(lines: readonly string[], from: number): number {
  let end = from;
  if (!yamlLine.test(lines[from] ?? "")) return end;
  while (
    end + 1 < lines.length &&
    end - from < LONGEST_BLOCK &&
    yamlLine.test(lines[end + 1] ?? "") &&
    !lines[end + 1]?.includes("-->")
  )
    end += 1;
  return end;
}

const orders: readonly { because: string; pattern: RegExp }[] = [
  {
    because: "an order to the reader",
    pattern:
      /\b(?:ignore|disregard|forget|override|discard)\b.{0,40}\b(?:instructions?|prompts?|previous|prior|everything (?:above|before)|the above)\b|\b(?:ignore|disregard)\b (?:all |any |the |your |these |every |of )+(?:\w+ )?(?:rules?|guidelines|polic(?:y|ies)|checks?|safety|validation)\b|\b(?:override|bypass|circumvent)\b (?:all |any |the |your |these |every )*(?:\w+ )?(?:safeguards?|safety|guardrails|review|approval|gates?|policy (?:check|engine|gate|rule)s?)\b/iu,
  },
  {
    because: "an order to the reader",
    pattern:
      /\b(?:system|developer|assistant|hidden|new|updated) (?:prompt|messages?|instructions?|role|directive)s?\b|\b(?:your|my) (?:instructions|system prompt|training|guardrails) (?:is|are|say|now)\b|\byou are (?:now |no longer |actually )?(?:an? )?(?:\w+ )?(?:ai|llm|language model|assistant|agent|bot|parser|approver|administrator|root|dan)\b|\bas an? (?:ai|llm|language model)\b/iu,
  },
  {
    because: "an order to the reader",
    pattern:
      /\b(?:attention|dear|hey|hello|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|listen)\b.{0,20}\b(?:ai|llms?|model|models|assistant|agent|agents|bot|parser|pipeline|reader|crawler|summari[sz]er|ingest(?:er|ion)?|school|transcript (?:reader|processor))\b|\bif you (?:are|'re) (?:an? )?(?:ai|llm|language model|bot|agent|assistant|automat\w+|reading this|parsing|processing)\b|\b(?:the |any |every )?(?:ai|llm|model|assistant|agent|pipeline|bot|system|school|parser)s? (?:reading|processing|parsing|ingesting|that reads) th(?:is|ese)\b/iu,
  },
  {
    because: "a fake message mark",
    pattern:
      /<\|?\s*\/?(?:im_start|im_end|system|assistant|user|endoftext|inst|sys|tool|function)[^>]{0,30}>?|\[\/?(?:INST|SYS|SYSTEM|ASSISTANT|TOOL)\]|^\s*#{2,}\s*(?:system|instruction|assistant|response)|(?:^|[.!?"”>\]]\s*)(?:system|assistant|human|user|developer)\s*:\s|\bend of (?:the )?(?:transcript|input|document|context)\b|\bbegin (?:system|admin|new)\b|"role"\s*:/iu,
  },
  {
    because: "a claim about its own relevance or approval",
    pattern:
      /\b(?:set|give|raise|assign|mark|rate|score|put|make|report|return|output|use|treat)\b.{0,40}\b(?:relevance|confidence|feasibility|score)\b.{0,30}(?:\d|\bone\b|\bmaximum\b|\bhighest\b|\bmax\b|\bzero\b|\blow\b|\bfull\b|\bhundred\b)|\brelevance(?:[ _]score)?\s*(?:[:=]|is|to|of|equals)\s*(?:\d|one|maximum)|\bauto[-_ ]?approv\w*|\bpre[- ]?approved\b|\b(?:mark|approve|accept|merge|flag|count|treat)\b.{0,30}\b(?:this|these|it|them|everything|all)\b.{0,20}\b(?:as )?(?:approved|safe|verified|reviewed|automatically|without (?:review|checks?|approval|validation|asking))|\b(?:skip|disable|turn off|bypass|suspend)\b.{0,20}\b(?:human review|the review|reviews?|approval|the gate|policy check|policy checks|validation|the linter|dry run)\b/iu,
  },
  {
    because: "a manifest or command to carry out",
    pattern:
      /\b(?:commit|apply|paste|insert|include|copy|emit|write|output|create|deploy|merge|push|add|use)\b.{0,25}\b(?:the )?(?:following|this|below|exact|next) .{0,15}\b(?:yaml|manifests?|json|files?|block|snippets?|code|commands?|text|resources?|objects?|lines?|image|patch)\b|\bapiVersion\b|\bkind\s*:\s*\w|\b(?:roleRef|subjects|metadata|spec)\s*:|\bapi version\b.{0,40}\bkind\b|\bkind\b.{0,12}\b(?:cluster ?role ?binding|clusterrolebinding)\b|\b(?:curl|wget)\b.{0,60}\|\s*(?:ba)?sh\b|\bkubectl (?:apply|create|delete|exec|run|patch|edit) -|\brm -rf\b|\bbase64\b.{0,10}(?:-d|decode)|```|\bimage\s*:\s*\S+|\bdocker run\b/iu,
  },
  {
    because: "a forged commit trailer",
    pattern:
      /\b(?:Improvement-Id|Improvement-Source|Policy-Decision|Approved-By|Reviewed-By|Signed-off-by|Co-authored-by|Change-Set|Auto-Approved)\s*:/iu,
  },
];

/** What nobody should do on anybody's word, in whatever form it is recommended. */
const dangerous =
  /\b(?:grant|give|bind|add|assign|make|need|needs|want|use|create|run|set|enable|allow|have|should|must|get|gets)\b.{0,50}\b(?:cluster[- ]?admin|privileged (?:mode|containers?|pods?|true)|host ?(?:network|path|pid)|full (?:access|permissions|rights)|wildcard (?:permissions|verbs|rbac)|root access|anonymous access|system:masters)\b|\b(?:allow|permit|open) (?:all|any|every) (?:traffic|ingress|egress|ports?|connections?)\b|\b(?:disable|turn off|switch off|remove|delete|drop|skip)\b.{0,20}\b(?:tls(?: verification)?|authentication|rbac|(?:all )?network ?polic(?:y|ies)|admission|audit logs?|backups?|pod security|selinux|seccomp)\b/iu;
const negated =
  /\b(?:never|don['’]?t|do not|not|no|nobody|nothing|without|stop|avoid|removed?|revoked?|instead of|rather than|should(?:n['’]?t)|must not|got rid of|refuse[ds]?|block(?:s|ed)?|den(?:y|ies|ied))\b/iu;

/** Why this sentence is an order and not advice; undefined for ordinary speech. */
export function orderIn(sentence: string): string | undefined {
  if (imitates(sentence)) return "letters of other scripts, which can imitate words";
  if (isSpelledOut(sentence)) return "letters set apart, which hide words";
  if (isEncoded(sentence)) return "encoded data";
  const seen = sentence.normalize("NFKC");
  const forms = [...new Set([seen, sentence, atAGlance(sentence)])];
  const order = orders.find(({ pattern }) => forms.some((form) => pattern.test(form)));
  if (order !== undefined) return order.because;
  const dangers = forms.map((form) => ({ form, found: dangerous.exec(form) }));
  const asked = dangers.some(
    ({ form, found }) => found !== null && !negated.test(form.slice(0, found.index)) && !negated.test(found[0]),
  );
  return asked ? "a dangerous request" : undefined;
}
