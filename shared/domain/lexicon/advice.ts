/** Whether a sentence recommends something, and how plainly: spoken advice has a small number of forms. */
import { phrases } from "./topic.ts";

export interface Advice {
  /** 0..1: 1 is a rule ("always", "make sure"), 0.4 a suggestion ("you could"). */
  readonly explicitness: number;
  /** Name of the form that was recognised. */
  readonly form: string;
}

/** Base forms that begin an imperative or follow "always", "never", "to". */
const VERB =
  "(?:set|add|put|give|define|specify|declare|configure|enforce|require|use|run|create|write|apply|enable|install|deploy|back|encrypt|rotate|restrict|deny|block|isolate|pin|sign|scan|test|restore|monitor|alert|scrape|trace|log|ship|schedule|automate|limit|cap|keep|store|move|split|partition|pool|index|tune|replicate|route|cache|expose|terminate|issue|renew|drop|remove|revoke|audit|review|lock|turn|make|start|build|serve|scale|spread|drain|handle|document|measure|publish|version|archive|delete|group|check|verify|have|get|take|treat|separate|choose|pick|adopt|introduce|roll|switch|migrate|wire|connect|protect|secure|harden|label|reserve|size|dump|validate|practi[sc]e|rehearse|open|close|allow|provision|attach|collect|export|instrument|page|rate|throttle|seal|vault|patch|upgrade|segment|deliver|template|push|pull|go|let)";
/** "Version two adds …", "Cache invalidation is hard": verbs that are nouns too need an object to be an order. */
const NOT_A_NOUN =
  "(?!(?:version|store|page|log|cache|index|pool|build|test|run|patch|size|group|label|document|trace|alert|monitor|route|cap|limit|dump|template|export|schedule|issue|review|audit|request|scale|snapshot|budget|draw|track)\\s+(?!(?:your|the|every|each|all|any|a|an|it|them|their|our|those|these|this|that|on|only|both|with|in|as|everything|whatever|what|who|json|everybody|if|when|to|for|from|at)\\b))";
const DONE =
  "(?:started|switched|moved|ended up|rolled out|introduced|adopted|added|put|set|gave|enabled|turned on|enforced?|requires?|run|ran|use|keep|kept|deployed|deploy|wrote|write|installed|built|build|migrated|created|configured|applied|back(?:ed)? up|encrypt(?:ed)?|rotate[ds]?|restricted|locked|pinned?|sign(?:ed)?|scan(?:ned)?|tests?|tested|schedule[ds]?|automated?|capped|moved|split|replaced|made|gave|defined|alert|page|scrape|trace|ship(?:ped)?|store[ds]?|snapshot|drill|rehearse[ds]?|dump(?:ed)?|scale[ds]?|serve[ds]?|measure[ds]?|route[ds]?|cache[ds]?|replicate[ds]?|sample[ds]?|isolate[ds]?|instrument(?:ed)?|refused?|reject(?:ed)?)";
const SOFT =
  "(?:now |also |then |finally |eventually |always |simply |just |really |absolutely |definitely |still |all )*";

const forms: readonly { form: string; explicitness: number; pattern: RegExp }[] = [
  {
    form: "rule",
    explicitness: 1,
    pattern: phrases([
      `(?:always|never) (?:ever )?${VERB}`,
      "(?:should|must|will|do|does) never|must not|mustn't",
      "must(?! (?:have been|be (?:hard|nice|fun|tired|wondering|thinking)))",
      "(?:make|be) sure|ensure|see to it",
      "(?:non|not) negotiable|mandatory|obligatory|a must|no excuses?|insist(?:ed|s)? on",
      "(?:golden|first|number one|cardinal|house|iron) rule|rule (?:number )?(?:one|two|three|of thumb)|our (?:rule|policy|standard) (?:is|says)",
      "(?:you|we|teams?|everyone|everybody) (?:really |absolutely |definitely |just |all |always )*(?:need|needs|have|has|got) to(?! (?:be honest|say|admit|confess|laugh|tell|explain|talk|thank))",
      "(?:every|each|all|any|no)(?: [\\p{L}']+){0,7} (?:needs?|must|should|has to|have to|deserves?)",
      "(?:every|each|no) (?:single )?(?:container|pod|deployment|workload|service|namespace|database|cluster|image|team|table|secret|account|endpoint|app|application|repo|repository|node|volume|alert|dashboard) (?:\\p{L}+ ){0,4}(?:needs?|must|should|has to|deserves?)",
      "(?:strongly|highly|absolutely|really|definitely|can't|cannot) (?:recommend|suggest|advise|encourage)",
      "best practices?|bare minimum|at the very least|from day one|before anything else",
      "nothing (?:goes|gets|runs|ships|reaches)(?: [\\p{L}']+){0,5} (?:without|unless|until)",
      "don't (?:ever )?(?:run|ship|deploy|go|put|start|launch|leave)(?: [\\p{L}']+){0,5} without|(?:not|never)(?: [\\p{L}']+){0,5} without",
      "(?:don't|do not|never) forget to|do yourself a favou?r|please",
      "if you (?:only )?(?:do|take|remember|change) (?:only )?(?:one|a single) thing",
    ]),
  },
  {
    form: "fix",
    explicitness: 0.9,
    pattern: phrases([
      "what (?:really |actually |finally |ultimately )?(?:saved|fixed|helped|solved|stopped|worked|ended|made the difference)",
      "the (?:one )?(?:thing|change|step|decision) that (?:really |actually |finally )?(?:saved|fixed|helped|solved|stopped|worked|made the difference)",
      "the (?:real |actual |lasting |permanent |eventual |boring |simple |whole )?(?:fix|solution|answer|remedy|cure|trick|lesson|takeaway|moral|way out) (?:was|is|turned out|here)",
      "(?:fixed|solved|cured|ended) (?:it|that|this|the (?:problem|outage|issue)|all of)|(?:it|that|this) (?:fixed|solved|stopped|ended)",
      "would have (?:saved|prevented|caught|stopped|contained|spared|avoided)",
      "learn(?:ed|t) (?:the hard way|to|that (?:you|we))|saved (?:us|me|our|my)|biggest win|best (?:thing|decision|investment) we",
    ]),
  },
  {
    form: "imperative",
    explicitness: 0.85,
    pattern: new RegExp(
      `(?:^|[,;:–—]\\s+)(?:(?:so|and|but|then|now|okay|ok|also|first|firstly|second|secondly|third|finally|next|just|instead|lastly|again|number (?:one|two|three|four)|step (?:one|two|three|four)|my advice|our advice|the advice|advice|lesson|tip)(?: of all)?[,:.]?\\s+)*(?:(?:do not |don't |please |just |always |never )?${NOT_A_NOUN}${VERB}|(?:stop|avoid|quit) \\p{L}+)(?![\\p{L}\\p{N}'’])(?! (?:me|us|about|you)(?![\\p{L}]))`,
      "iu",
    ),
  },
  {
    form: "imperative",
    explicitness: 0.85,
    // "Look at what they really use and set the requests to that": the second verb is the order.
    pattern: new RegExp(
      `^(?:(?:so|and|but|then|now|okay|ok|also|first|next|just|please)[,:.]?\\s+)*(?:look|think|find|see|watch|ask|count|try|go|talk|sit)\\b[^.;?]{0,80}\\b(?:and|then) (?:then )?${VERB} (?:the|a|an|your|it|them|every|each|all|that)\\b`,
      "iu",
    ),
  },
  {
    form: "advice",
    explicitness: 0.8,
    pattern: phrases([
      "should(?! (?:be (?:possible|obvious|able)|work|sound|look familiar|have seen))|shouldn't|ought to",
      "recommend(?:ed|s|ation)?|suggest|advise|advice|i urge",
      "i(?:'d| would) (?:always |never |definitely |rather )?(?:start|set|use|put|add|go|run|give|have|do|pick|choose|begin)",
      `(?:you'll|you|we|you're going to) want to|let's ${VERB}|(?:you|teams?|everyone|everybody) (?:really |always |all |definitely )?(?:want|need)(?! (?:to (?:be honest|say|know|understand|admit)|me|it|not))|we (?:really |always |all )?need (?:a|an|the|some|every|at least|both|proper|real)|better (?:to|off)|it pays to|worth (?:doing|setting|adding|having|the effort|every)`,
      "starts? (?:with|by)|started (?:with|by)|the way to|(?:can't|cannot|couldn't) (?:afford|live without)|wish (?:we|i) had|do(?:n't)? (?:yourself|wait)",
      "has to (?:be|have|come|go|live|run)|have to be|needs? to be|is (?:key|essential|critical|crucial|vital)|are (?:key|essential|critical|crucial|vital)",
    ]),
  },
  {
    form: "rejection",
    explicitness: 0.7,
    pattern: phrases([
      "mistakes?|overrated|overkill|not worth|regret(?:ted)?|stay away from|bad idea|anti ?patterns?|beware of|g[eo]t rid of|rip(?:ped)? out|moved away from|avoid",
      "(?:we|i) (?:removed|dropped|disabled|turned off|deleted|stopped|abandoned|ditched)|(?:don't|do not|dont) (?:need|set|use|add|run|put|enable|install|deploy|bother|buy|build|write|create|configure|apply|turn|start with)|no longer",
    ]),
  },
  {
    form: "consequence",
    explicitness: 0.6,
    pattern:
      /\b(?:without|missing|lacking|if (?:you|we|they|nobody) (?:don['’]?t|do not|didn['’]?t|never|skip|forget))\b.*\b(?:kill|take|took|crash|hurt|cost|bring|outage|incident|disaster|starve|die|lost|lose|burn|eat|evict|breach|game over|asking for|nothing left|whole (?:node|cluster|network))/iu,
  },
  {
    form: "practice",
    explicitness: 0.7,
    pattern: phrases([
      `(?:we|i|our (?:team|platform|operators|engineers|crew|group)|they|my team) ${SOFT}${DONE}(?! to (?:think|believe|have))`,
      "(?:every|each|all) (?:new |single )?(?:\\p{L}+ ){1,2}(?:gets?|got|has|have|comes? with)(?! .* by default)",
      "(?:nobody|no one|nothing),? (?:gets?|has|may|can|is allowed|should)",
      "(?:these days|since then|from then on|nowadays|today),? (?:we|every|all|each|our)",
      "(?:we|our) (?:default|standard|baseline|template)s? (?:is|are|has|have|includes?)",
    ]),
  },
  {
    form: "suggestion",
    explicitness: 0.4,
    pattern: phrases([
      "could|consider|(?:might|may) (?:want|be worth|help)|nice to have|can help|helps|would be nice|think about|look (?:at|into)|i like|we like|worth a look|it's worth",
    ]),
  },
];

const hedges = phrases([
  "maybe|perhaps|probably|i guess|sort of|kind of|if you have (?:the )?time|some ?day|at some point",
]);

/** Sentences that only look like advice: questions, what others say, what the speaker used to think, the agenda. */
const notAdvice: readonly RegExp[] = [
  /\?\s*["'”’)]*$/u,
  /^(?:so |and |now |but |okay )*(?:should|do|does|did|can|could|would|is|are) (?:you|we|i|they|it|everyone|people)\b/iu,
  /^(?:so |and |now |but |okay )*(?:how many of you|who here|raise your hands?|why (?:would|should|do|does|did))\b/iu,
  /\b(?:people|folks|everyone|everybody|they|vendors?|critics|consultants?|bloggers?|blogs?|twitter|the internet|tutorials?|managers?|salespeople|some|someone|somebody) (?:(?:will|would|often|always|usually|keep|keeps|like to|love to|may|might|online|here) )*(?:say|says|said|saying|tell|tells|told|telling|claim|claims|claimed|think|thinks|thought|argue|argues|insist|insists|believe|believes)\b/iu,
  /\b(?!(?:us|this|always|does|was|is)\b)\p{L}+s (?:(?:will|would|often|always|usually|keep) )*(?:say|claim|argue|insist|tell (?:you|us|me|everyone))\b/iu,
  /\b(?:post|article|blog|book|course|docs|documentation|tutorial|advert\w*|slides?|tweet|brochure|vendor|consultant|salesman|auditor|manager|boss|director|somebody|someone|forum)\b[^.;]{0,40}\b(?:says?|said|claims?|claimed|tells?|told|recommend(?:s|ed)|suggest(?:s|ed)|propose[ds]|insist(?:s|ed)?)\b/iu,
  /\b(?:idea|proposal|suggestion|plan|wish|demand|question)s? (?:was |were |is |came |that came |came up )*(?:that|whether|if) (?:we|you|they|one|everybody|everyone)\b/iu,
  /\b(?:we|i) (?:used to|once|always) (?:think|thought|believe|believed|tell|told|say|said)\b/iu,
  /\b(?:it(?:'s| is) a myth|common myth|myth number)\b/iu,
  /\b(?:i'm going to|i am going to|i'll|i will|we'll|we will|let me|i want to|today i) (?:\p{L}+ )?(?:talk|tell|show|speak|walk|explain|cover|discuss|present|start by (?:telling|talking))\b/iu,
];

/** A question, what others say, what was once believed, the agenda: it may sound like advice and is nobody's. */
export function isReported(sentence: string): boolean {
  return notAdvice.some((pattern) => pattern.test(sentence));
}

/** The plainest form of advice in the sentence; undefined when it recommends nothing. */
export function adviceIn(sentence: string): Advice | undefined {
  if (isReported(sentence)) return undefined;
  const found = forms.find(({ pattern }) => sentence.search(pattern) >= 0);
  if (found === undefined) return undefined;
  const hedged = sentence.search(hedges) >= 0;
  return { form: found.form, explicitness: hedged ? Math.min(found.explicitness, 0.5) : found.explicitness };
}
