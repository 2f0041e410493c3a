/** Things that are there and yet are not: manifests that say themselves that they only stand in for something. */
import type { Resource } from "../repository/platform.ts";
import { type Fields, listAt, stringsAt, textAt } from "../repository/values.ts";
import type { RepositoryWorkload } from "../repository/workloads.ts";

const SAYS =
  /\b(?:place-?holder|stubbed|stub (?:service|server|api|implementation)|dummy (?:service|server|deployment)|not (?:yet )?implemented|image build pending|pending (?:build|implementation)|to be implemented)\b/i;
/** Nothing but a pod that stays up (kubernetes.io: pause is the sandbox's own image). */
const IDLE_IMAGE = /(?:^|\/)(?:pause|hello-world)(?:[:@]|$)/;
const IDLE_COMMAND =
  /^\s*(?:(?:\/bin\/)?(?:ba|a)?sh\s+-e?c\s+)?["']?(?:exec\s+)?(?:sleep\s+(?:infinity|inf|\d{5,}d?)|tail\s+-f\s+\/dev\/null|while\s+(?:true|:)\s*;\s*do\s+sleep\s+\d+\w*\s*;?\s*done)["']?\s*;?\s*$/;
/** Values of Secrets nobody has filled in yet. */
const EMPTY_VALUE =
  /^(?:$|change-?_?me.*|replace-?_?(?:me|this).*|place-?holder.*|todo.*|fixme.*|xxx+|your[-_ ].*|<[^>]*>|example|dummy|none|null|tbd|\*+)$/i;

/** What of it says that it only stands in; undefined for what is meant. */
export function placeholderWorkload({ resource, podSpec, containers }: RepositoryWorkload): string | undefined {
  const noted = Object.values(stringsAt(resource.object, "metadata", "annotations")).find((text) => SAYS.test(text));
  if (noted !== undefined) return `says “${excerpt(noted)}”`;
  if (containers.length === 0) return undefined;
  const told = containers.map(({ spec, image }) => idleness(spec, image));
  const [first] = told;
  return listAt(podSpec, "containers").length === told.length && told.every((one) => one !== undefined)
    ? first
    : undefined;
}

function idleness(spec: Fields, image: string): string | undefined {
  if (IDLE_IMAGE.test(image)) return `runs only ${image}`;
  if (/(?:^|[/:_-])place-?holder(?:$|[:@_-])/i.test(image)) return `runs the image ${image}`;
  const words = [...listAt(spec, "command"), ...listAt(spec, "args")].map(String);
  const said = words.find((word) => SAYS.test(word));
  if (said !== undefined) return `says “${excerpt(said)}”`;
  const command = words.join(" ");
  return IDLE_COMMAND.test(command) ? `only runs “${command.slice(0, 60)}”` : undefined;
}

/** A Secret all of whose values are still to be filled in. */
export function placeholderSecret({ kind, apiVersion, object }: Resource): string | undefined {
  if (kind !== "Secret" || apiVersion !== "v1") return undefined;
  const plain = Object.values(stringsAt(object, "stringData"));
  const coded = Object.values(stringsAt(object, "data")).map((value) => Buffer.from(value, "base64").toString("utf8"));
  const values = [...plain, ...coded].map((value) => value.trim());
  if (values.length === 0 || textAt(object, "type")?.startsWith("kubernetes.io/service-account") === true)
    return undefined;
  return values.every((value) => EMPTY_VALUE.test(value))
    ? "holds only values that are still to be filled in"
    : undefined;
}

function excerpt(text: string): string {
  const at = SAYS.exec(text)?.index ?? 0;
  const line = text.slice(text.lastIndexOf("\n", at) + 1).split("\n")[0] ?? "";
  const words = line.replace(/[^\p{L}\p{N} .,:;()/-]+/gu, " ").trim();
  return words.length > 80 ? `${words.slice(0, 79)}…` : words;
}
