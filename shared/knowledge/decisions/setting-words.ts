/** Words of the names of settings: parted, in one form, without those that bound, fill, or belong to everything. */
import { ENVIRONMENTS } from "./aspects.ts";
import { secondsOf } from "./quantities.ts";
import { stemOf } from "./words.ts";

/** `minPoolSize`, `MIN_POOL_SIZE` and `min pool-size` are the same words. */
export function partsOf(word: string): readonly string[] {
  return word
    .split(/[_\s.-]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)
    .filter((part) => part !== "")
    .map((part) => ALIKE[stemOf(part)] ?? stemOf(part));
}

const ALIKE: Readonly<Record<string, string>> = {
  conn: "connection",
  req: "request",
  mem: "memory",
  db: "database",
  sec: "second",
  pct: "percent",
  percentage: "percent",
  kubernetes: "k8s",
  interval: "interval",
  instance: "replica",
};

const LEAST = new Set(["min", "minimum", "minimal", "lowest", "floor", "least"]);
const MOST = new Set(["max", "maximum", "maximal", "highest", "ceiling", "cap", "most"]);
/** They add nothing to the name of a setting. */
const FILLERS = new Set(
  "value setting number count total amount configured overall given new current parameter option field key property allowed permitted target".split(
    " ",
  ),
);
/** What every workload and every document is called: no owner of a setting. */
const GENERIC = new Set(
  (
    "a an the and or of to in for on by with from at as is are be we our its it they their this that these those what which how why where when who every each all any everything anything no not never must should per via " +
    "workload container pod deployment statefulset daemonset service app application cluster platform namespace system resource component kubernetes k8s microservice thing object manifest environment team tenant project server process " +
    "adr rfc decision record architecture strategy management policy rule standard convention guideline guide requirement constraint principle agreement setting configuration config parameter default value limit bound number size sizing tuning " +
    "implement implementation use using choose chose choice adopt introduce run running set setting manage how approach design overview general common rationale detail outcome summary context level option " +
    "observability monitoring security network networking storage reliability availability resilience scalability scaling capacity performance operation operational runbook maintenance cost governance compliance hardening quality production " +
    "timeout retention interval threshold quota budget following value table list below above minimum maximum min max least most one two x y new old better best good"
  ).split(" "),
);
const ENVIRONMENT = new Set(
  Object.values(ENVIRONMENTS)
    .flat()
    .flatMap((phrase) => partsOf(phrase)),
);

export interface SettingName {
  /** Stems in their order; the last is the head. */
  readonly words: readonly string[];
  readonly bounded?: "min" | "max";
  /** Seconds of one, where the name ends with a unit of time: `timeoutSeconds`. */
  readonly unit?: number;
}

export function settingName(written: readonly string[]): SettingName {
  const parts = written.flatMap((word) => partsOf(word));
  const bounded = parts.some((part) => LEAST.has(part))
    ? { bounded: "min" as const }
    : parts.some((part) => MOST.has(part))
      ? { bounded: "max" as const }
      : {};
  const last = parts.at(-1) ?? "";
  const seconds = parts.length > 1 ? secondsOf(last) : undefined;
  const unit = seconds === undefined ? {} : { unit: seconds };
  const words = (seconds === undefined ? parts : parts.slice(0, -1)).filter(
    (part) => !LEAST.has(part) && !MOST.has(part) && !FILLERS.has(part) && !ENVIRONMENT.has(part) && !/^\d/u.test(part),
  );
  return { words, ...bounded, ...unit };
}

/** Words that name somebody or something of their own. */
export function ownWords(written: readonly string[]): readonly string[] {
  const parts = written.flatMap((word) => partsOf(word));
  return [
    ...new Set(
      parts.filter((part) => part.length > 1 && !GENERIC.has(part) && !ENVIRONMENT.has(part) && !/^\d/u.test(part)),
    ),
  ];
}
