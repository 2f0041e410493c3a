/**
 * Services that prose calls by their bare name: `the Service cache-front in namespace shop`, ``the `db` service``. Read with
 * care, because "the service fault-tolerant" names none: what is not sure counts only where there is such a Service.
 */

export interface SaidService {
  readonly name: string;
  /** Written as `namespace/name`. */
  readonly namespace: string | undefined;
  /** Where the name begins and where all that belongs to it ends. */
  readonly at: number;
  readonly end: number;
  /** With a port, as programs are told: it is looked up where they run. */
  readonly isAddress?: true;
  /** How sure it is that a Service is meant: `always`, or only `inNamespace` when a namespace is stated right beside it. */
  readonly sure: "always" | "inNamespace" | "never";
}

const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const OPEN = "[`\"'“‘]";
const CLOSE = "[`\"'”’]";
const ENDS = "(?![-\\w/]|\\.\\w)";
const PORT = "(?:(?:\\s*\\(?(?:on|at|with)?\\s+port\\s+|:)\\d{2,5}(?![\\d.\\w-]))";
const WORD =
  "(?<![-\\w.])(?:([Tt]he|[Ii]ts|[Oo]ur|[Tt]heir|[Aa]n?)\\s+)?([Ss]ervice|svc|host|hostname)(?:\\s+(called|named))?(?:\\s+|/)";
const AFTER = new RegExp(`${WORD}(?:(${LABEL})/)?(${LABEL})${ENDS}(${PORT})?`, "g");
const AFTER_QUOTED = new RegExp(`${WORD}${OPEN}(?:(${LABEL})/)?(${LABEL})(${PORT})?${CLOSE}(${PORT})?`, "g");
const BEFORE = new RegExp(
  `(?<![-\\w.])(?:([Tt]he|[Ii]ts|[Oo]ur|[Tt]heir|[Aa]n?)\\s+)?(${OPEN}?)(${LABEL})(${CLOSE}?)\\s+([Ss]ervice|svc)(?![-\\w])(?!\\s+(?:accounts?|levels?|mesh|monitors?|discovery)\\b)`,
  "g",
);
/** A word beside which a name with a port can be nothing but a host; image tags and ids stand elsewhere. */
const BY_PORT = new RegExp(
  `\\b(?:to|at|from|via|through|against|with|calls?|asks?|host|service|server|address|endpoint)\\s+${OPEN}?(${LABEL})(:\\d{4,5})(?![\\d.\\w-])`,
  "g",
);
/** `pin the image to press:2026` */
const OF_IMAGE = /\b(?:images?|tags?|tagged|versions?|releases?)\b/i;
/** Words that stand beside "service" and are no name. */
const NO_NAME =
  /^(?:accounts?|address|aws|cloud|container|discovery|endpoints?|external|every|fields?|host|hostname|image|internal|kubernetes|labels?|levels?|line|linux|localhost|managed|mesh|metadata|monitors?|my|name|names|new|node|object|objects|one|owners?|port|ports|provider|registry|same|selectors?|server|service|spec|state|system|systemd|teams?|that|the|tier|type|types|user|web|which|your)$/;
/** `the Service runs in namespace shop` */
const VERB =
  /^(?:also|already|always|and|answers?|are|as|at|be|becomes?|belongs?|but|by|can|cannot|comes?|crashes|does|exists?|fails?|for|from|gets?|goes|had|has|have|here|if|in|is|it|itself|keeps?|lacks?|lies|listens?|lives?|may|moves?|must|needs?|never|not|now|of|on|only|or|remains?|resides?|runs?|should|sits?|so|stands?|starts?|stays?|still|stops?|than|there|then|to|too|uses?|via|was|were|when|where|while|will|with|works?|\w{3,}(?:ed|ing|ly))$/;
const PLACEHOLDER = /^(?:my|your|some|example|foo|bar)(?:-|$)/;
/** `fault-tolerant`, `multi-zone`: words with a hyphen that people write about services. */
const ENGLISH =
  /^(?:all|always|auto|best|cross|end|fast|fault|full|fully|high|highly|in|kube|latency|load|long|low|multi|newly|non|off|on|one|over|per|post|pre|production|public|re|read|real|self|short|single|slow|stand|state|third|two|under|user|well|write|zero)-|-(?:agnostic|aware|available|availability|based|bound|by-\w+|critical|driven|facing|free|friendly|grade|heavy|independent|level|like|native|oriented|only|owned|party|proof|ready|related|running|safe|scale|sensitive|side|specific|style|time|to-\w+|tolerant|wide)$/;

/** In the order of the text. Case counts: names are lower case, and `Service` is the kind. */
export function servicesSaid(text: string): readonly SaidService[] {
  const found = new Map<number, SaidService>();
  const add = (said: SaidService) => {
    const { name, at } = said;
    const isName = /[a-z]/.test(name) && !NO_NAME.test(name) && !PLACEHOLDER.test(name);
    if (said.sure === "never" && !/[-\d]/.test(name)) return;
    if (isName && !found.has(at)) found.set(at, said);
  };
  for (const [pattern, isQuoted] of [
    [AFTER, false],
    [AFTER_QUOTED, true],
  ] as const) {
    for (const match of text.matchAll(pattern)) {
      const [whole, article = "", word = "", called, namespace, name = "", port, late] = match;
      const at = match.index + whole.lastIndexOf(name, whole.length - (port ?? "").length - (late ?? "").length);
      const hasPort = (port ?? late) !== undefined;
      const sure = sureness({ name, article, word, isMarked: isQuoted || called !== undefined, hasPort });
      add({ name, namespace, at, end: match.index + whole.length, sure: namespace === undefined ? sure : "always" });
    }
  }
  for (const match of text.matchAll(BEFORE)) {
    const [whole, article = "", quote = "", name = "", close = "", word = ""] = match;
    const isMarked = quote !== "" && close !== "";
    const at = match.index + whole.indexOf(name, article.length);
    const sure = isMarked || name.includes("-") ? sureness({ name, article, word, isMarked, hasPort: false }) : "never";
    add({ name, namespace: undefined, at, end: match.index + whole.length, sure });
  }
  for (const match of text.matchAll(BY_PORT)) {
    const [whole, name = "", port = ""] = match;
    const at = match.index + whole.length - port.length - name.length;
    if (OF_IMAGE.test(text.slice(0, at))) continue;
    add({ name, namespace: undefined, at, end: match.index + whole.length, sure: "always", isAddress: true });
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

interface Words {
  readonly name: string;
  readonly article: string;
  readonly word: string;
  readonly isMarked: boolean;
  readonly hasPort: boolean;
}

/** A host may be a node, `service` a program, `a Service` one that is to be made. */
function sureness({ name, article, word, isMarked, hasPort }: Words): SaidService["sure"] {
  if (/^an?$/i.test(article)) return "never";
  const isNamelike = isMarked || (/[-\d]/.test(name) && !ENGLISH.test(name));
  if (hasPort && (isNamelike || (article !== "" && !VERB.test(name)))) return "always";
  if (isNamelike) return word === "Service" ? "always" : "inNamespace";
  const isNoun = !name.includes("-") && !VERB.test(name);
  return article !== "" && word === "Service" && isNoun ? "inNamespace" : "never";
}
