/**
 * What was meant where automatic captions misheard: names of tools in the spellings recognisers give them, letters
 * read out one by one, hesitation. Only spellings that mean nothing else in talks about software are repaired;
 * "customize", "traffic" or "my sequel" alone are left as they are. For matching only: quotes keep what was written.
 */

/** Each name with its mis-hearings, in the notation of a regular expression; a space matches spaces or hyphens. */
const heard: readonly (readonly [meant: string, ...spellings: string[]])[] = [
  [
    "kubectl",
    "(?:cube|kube|coop|queue) (?:cuddle|control|ctl|cattle|c t l)",
    "(?:cube|kube)(?:cuddle|control)",
    "cubectl",
  ],
  ["kube$1", "cube (let|admin|config|proxy|state(?= metrics))", "cube(let|admin|config)"],
  ["minikube", "mini cube"],
  [
    "kubernetes",
    "(?:cooper|uber|kuber|cuber|cube er) (?:netties|nettys|netes|netties'|nets)",
    "cubernetes",
    "kubernet(?:is|us|ies)",
    "cuban eddies",
  ],
  ["k8s", "k eights?", "k eight s"],
  ["nginx", "engine (?:x|ex)", "enginex", "n jinx"],
  ["etcd", "et cd", "etc d(?:ee)?", "et c d", "etsy (?:d|dee)"],
  ["prometheus", "prom ethius", "prom(?:ethius|etheous|ethious|etius|ethus|itheus)", "pro metheus", "prom etheus"],
  ["promql", "prom (?:ql|q l|quell|cue l)"],
  ["grafana", "gra(?:f|ph) ana", "(?:gravana|graphana|grafanna|griffana|grafauna)"],
  ["argo cd", "argo (?:seedy|c d|see dee|sea dee)", "r go cd", "argosy d"],
  ["kustomize", "customize(?= overlays?\\b)", "k (?:customize|ustomize)", "kustomise", "customization dot yaml"],
  ["istio", "east io", "is tio", "ist io", "easty o", "isteo"],
  ["linkerd", "linker (?:d|dee)", "linkerdee"],
  ["service mesh", "service mash"],
  [
    "redis",
    "red is(?= (?:cluster|cache|sentinel|instance|pod|database|queue|password|server)s?\\b)",
    "reddis",
    "rediss",
  ],
  ["postgres", "post ?(?:gres|gress|grass|grease)", "post ?(?:gray|grey|gre) (?:sequel|sql|s q l)"],
  ["mysql", "my sequel(?= (?:database|server|dump|cluster|instance|replica|table|backup)s?\\b)", "my s q l"],
  ["pgbouncer", "(?:p g|peachy|pee gee) bouncer"],
  ["pg_dump", "(?:p g|pee gee) dump"],
  ["kafka", "(?:calfka|kavka|cough ka)"],
  ["traefik", "(?:trafik|traffik|tray fik|trae fik)"],
  ["cilium", "(?:silium|celium|silly um)", "psyllium(?= (?:network|polic|agent|cni|hubble))"],
  ["velero", "valero(?= (?:backup|restore|schedule)s?\\b)"],
  ["kyverno", "(?:kiverno|kaiverno|caverno|kai verno|key verno)"],
  ["open telemetry", "o tell collectors?"],
  ["yaml", "yam(?:el|mel|l)"],
  ["gitops", "(?:get|git) (?:ops|hops)"],
  ["namespace$1", "name space(s?)"],
  ["database$1", "data base(s?)"],
  ["workload$1", "work load(s?)"],
  ["runbook$1", "run book(s?)"],
  ["backups", "back ups"],
  ["backup", "back up(?= (?:job|file|script|schedule|cron)s?\\b)"],
  ["timeouts", "time outs"],
  ["daemonset$1", "(?:demon|daemon) set(s?)"],
  ["stateful set$1", "(?:state full|statefull) set(s?)"],
  ["pod disruption", "(?:pot|part|pod) (?:disruption|destruction|disrupt shun)(?= budget)"],
  ["liveness probe$1", "(?:live ness|likeness|lifeness|lively) probe(s?)"],
  ["readiness probe$1", "(?:ready ness|readyness) probe(s?)"],
  ["ingress", "in gress"],
  ["egress", "e gress"],
  ["dead letter queue", "dead letter cue"],
  ["message queue", "message cue"],
  ["dns cache", "dns cash"],
  ["oom kill", "out of memory kill", "omkill"],
  ["sha256", "(?:sha|shaw) (?:two|2) ?(?:fifty|five) ?(?:six|6)"],
  ["let's encrypt", "lets? (?:in crypt|and crypt)"],
  ["going to", "gonna"],
  ["want to", "wanna"],
  ["have to", "gotta|got ta"],
  ["$1n't", "(do|does|did|is|are|was|were|has|have|had|could|would|should)nt"],
  ["can't", "cant"],
  ["won't", "wont"],
];

const rules = heard.flatMap(([meant, ...spellings]) => spellings.map((spelling) => [spelling, meant] as const));
/** Compiled with the first text, like the topics. */
let compiled: { any: RegExp; each: readonly (readonly [RegExp, string])[] } | undefined;

function compile() {
  const sources = rules.map(([spelling]) => spelling.replaceAll(" ?", "[\\s-]?").replaceAll(" ", "[\\s-]"));
  const whole = (source: string): string => `(?<![\\p{L}\\p{N}_])(?:${source})(?:(?<=kill)|(?![\\p{L}\\p{N}_]))`;
  return {
    any: new RegExp(whole(sources.join("|")), "iu"),
    each: sources.map((source, i) => [new RegExp(whole(source), "giu"), rules[i]?.[1] ?? ""] as const),
  };
}

/** Three or more letters read out one by one ("t l s", "p d b s"). */
const spelled = /(?<![\p{L}\p{N}'’])\p{L}(?:[ .]\p{L}){2,5}(?![\p{L}\p{N}'’])/gu;
const hesitation = /(?:^|\s)(?:uh+|um+|erm?|hmm+)(?=[\s,.]|$),?/giu;
/** A word said twice in a row by a speaker who starts again; never one that negates. */
const repeated = /(?<![\p{L}\p{N}'’])(?!(?:no|not|never)\s)([\p{L}'’]{1,15}) \1(?![\p{L}\p{N}'’])/giu;

/** The text as it was meant. Linear in its length; what needs no repair comes back as it is. */
export function asMeant(text: string): string {
  compiled ??= compile();
  let meant = text.replaceAll(spelled, (letters) => letters.replaceAll(/[ .]/gu, ""));
  meant = meant.replaceAll(hesitation, "").replaceAll(repeated, "$1").trim();
  if (compiled.any.test(meant)) for (const [pattern, name] of compiled.each) meant = meant.replaceAll(pattern, name);
  return meant;
}
