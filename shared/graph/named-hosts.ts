/**
 * Which hosts a text names, as programs are told whom to talk to. A full Service name can be nothing else; anything
 * shorter counts where a port or a URL makes it sure, or where such a Service is known. Text is untrusted: every
 * pattern is bounded, and nothing is ever asked for by what was found.
 */

export type NamedHost =
  | {
      readonly service: string;
      readonly namespace: string;
      /** Where it stands in the text. */
      readonly at: number;
      readonly text: string;
    }
  | { readonly host: string; readonly at: number; readonly text: string };

export interface Around {
  /** Namespace short names are looked up in; undefined where nobody knows it. */
  readonly home: string | undefined;
  /** Name of the variable, flag or key that holds the text. */
  readonly variable: string;
  /**
   * `setting`: one value for a program. `config`: a file of settings. `script`: code and prose, where examples and
   * defaults stand beside what is meant.
   */
  readonly form: "setting" | "config" | "script";
  /** With a port: that the Service has this port, too. */
  readonly isService: (name: string, namespace: string, port?: number) => boolean;
  readonly isNamespace: (name: string) => boolean;
  /** True when the same container has a variable that holds the port to this one. */
  readonly hasPort?: boolean;
}

const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const HOST = `${LABEL}(?:\\.${LABEL}){0,8}`;
const BEFORE = "(?<![-a-z0-9._}$])";
const FULL = new RegExp(`${BEFORE}((?:${LABEL}\\.){2,5})svc(?![-a-z0-9])`, "g");
const URL_HOST = new RegExp(
  `(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30})://(?:[^\\s/@"'\`<>]{0,200}@)?(${HOST})(?![-\\w.{$%<])`,
  "gi",
);
const WITH_PORT = new RegExp(`(?<![-\\w./:@}$])(${HOST}):(\\d{2,5})(?![\\d.\\w-])`, "g");
const SHORT = new RegExp(`${BEFORE}(${LABEL})\\.(${LABEL})(?![-a-z0-9.])`, "g");
/** Clients that are told a host by word: in a script nothing else is as sure. */
const COMMANDS: readonly RegExp[] = [
  new RegExp(`\\bnc(?:\\s+-[a-z0-9]{1,8}){0,4}\\s+(${HOST})\\s+\\d{2,5}(?!\\d)`, "g"),
  new RegExp(
    `\\b(?:pg_isready|psql|pg_dump(?:all)?|pg_restore|redis-cli|mysql(?:admin|dump)?|mariadb(?:-dump)?|mongosh?|mongodump)(?=\\s)[^\\n;|&]{0,120}?\\s(?:-h|--host)[ =](${HOST})(?![-\\w.])`,
    "g",
  ),
];
const ALONE = new RegExp(`^${HOST}$`);
/** Schemes whose first part is no host of a network. */
const NO_HOST =
  /^(?:s3a?|gs|gcs|az|azblob|abfss?|wasbs?|file|unix|oci|docker|docker-daemon|containerd|npipe|k8s|vault|ref\+?\w*|secretref|awssm|ssm|sops|arn|data|memory|sqlite\d?|jar|classpath|resource|spiffe|chrome|about|urn|hdfs)$/i;
const HOST_VARIABLE =
  /(?:^|[_.-])(?:HOST|HOSTS|HOSTNAME|ADDR|ADDRESS|SERVER|SERVERS|SERVERADDRESS|ENDPOINT|ENDPOINTS|BROKER|BROKERS|SERVICE|URL|URI|UPSTREAM|TARGET|BACKEND|NODES)(?:[_.-]|$)/i;
/** Top-level domains people call namespaces by, too: only a Service that is there makes these a Service name. */
const TLD =
  /^(?:com|net|org|edu|gov|mil|int|info|biz|io|dev|app|ai|cloud|co|me|tv|sh|run|tech|online|site|xyz|de|uk|eu|us|fr|nl|ch|at|jp|cn|in|br|ca|au|it|es|se|no|pl|ru|local|localdomain|internal|lan|home|arpa|test|example|invalid|localhost)$/;
/** Longer texts are data. */
const LONGEST = 400_000;

/** In the order of the text, one per place. */
export function hostsNamed(text: string, around: Around): readonly NamedHost[] {
  if (text.length > LONGEST || !/[.:/]/.test(text)) return alone(text, around);
  const found = new Map<number, NamedHost>();
  const lines = around.form === "setting" ? undefined : commentsOf(text);
  const add = (at: number, host: NamedHost | undefined) => {
    if (host !== undefined && !found.has(at) && lines?.(at) !== true) found.set(at, host);
  };
  if (text.includes(".svc")) for (const match of text.matchAll(FULL)) add(match.index, fullOf(match));
  if (text.includes("://")) {
    for (const match of text.matchAll(URL_HOST)) {
      const [whole, scheme = "", host = ""] = match;
      const at = match.index + whole.length - host.length;
      if (!NO_HOST.test(scheme)) add(at, resolve(host.toLowerCase(), at, around, "url"));
    }
  }
  if (text.includes(":")) {
    for (const match of text.matchAll(WITH_PORT)) {
      add(match.index, resolve(match[1] ?? "", match.index, around, "port", Number(match[2])));
    }
  }
  if (around.form === "script") {
    for (const pattern of COMMANDS) {
      for (const { index, 0: whole, 1: host = "" } of text.matchAll(pattern)) {
        const at = index + whole.indexOf(host, whole.search(/\s/));
        add(at, resolve(host, at, { ...around, form: "config" }, "url"));
      }
    }
  }
  if (text.includes(".")) {
    for (const match of text.matchAll(SHORT)) {
      const [whole, service = "", namespace = ""] = match;
      if (around.isService(service, namespace)) add(match.index, { service, namespace, at: match.index, text: whole });
    }
  }
  for (const one of found.size === 0 ? alone(text, around) : []) add(one.at, one);
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** `kafka-0.kafka.data.` names a pod of the Service before the namespace. */
function fullOf(match: RegExpExecArray): NamedHost {
  const labels = (match[1] ?? "").split(".").slice(0, -1);
  const [service = "", namespace = ""] = labels.slice(-2);
  return { service, namespace, at: match.index, text: match[0] };
}

function resolve(host: string, at: number, around: Around, by: "url" | "port", port?: number): NamedHost | undefined {
  const { home, form, variable, isService, isNamespace } = around;
  const labels = host.split(".");
  const [first = "", second = "", third] = labels;
  if (first === "localhost" || /^[\d.]+$/.test(host) || host.includes(".svc")) {
    return by === "url" && /^\d+(?:\.\d+){3}$/.test(host) && isFar(host) ? outside(host, at, form) : undefined;
  }
  if (second === "") {
    if (home === undefined || !/[a-z]/.test(first)) return undefined;
    const isSure = by === "url" ? form !== "script" : form === "setting" && HOST_VARIABLE.test(variable);
    return isSure || isService(first, home, port) ? { service: first, namespace: home, at, text: host } : undefined;
  }
  if (third === undefined) {
    const isSure = isNamespace(second) && !TLD.test(second) && form !== "script";
    if (isSure || isService(first, second)) return { service: first, namespace: second, at, text: host };
  }
  return outside(host, at, form);
}

/** Code is full of addresses nobody calls. */
function outside(host: string, at: number, form: Around["form"]): NamedHost | undefined {
  return form === "script" || !/^(?:.*\.[a-z]{2,}|\d+(?:\.\d+){3})$/.test(host) ? undefined : { host, at, text: host };
}

function isFar(address: string): boolean {
  return !/^(?:127\.|0\.0\.0\.0$|169\.254\.)/.test(address);
}

/** A value that is nothing but a host, in a variable that holds hosts. */
function alone(text: string, around: Around): readonly NamedHost[] {
  const { form, variable, home, isService, hasPort = false } = around;
  const host = text.trim();
  if (form !== "setting" || host.length > 253 || !HOST_VARIABLE.test(variable) || !ALONE.test(host)) return [];
  const at = text.indexOf(host);
  if (host.includes(".")) {
    const named = resolve(host, at, around, "port");
    return named === undefined ? [] : [named];
  }
  if (home === undefined || host === "localhost") return [];
  const isSure = hasPort && /[a-z]/.test(host) && /(?:^|[_.-])HOST(?:NAME)?$/i.test(variable);
  return isSure || isService(host, home) ? [{ service: host, namespace: home, at, text: host }] : [];
}

/** Whether a position is on a line that is a comment. */
function commentsOf(text: string): (at: number) => boolean {
  return (at) => /^\s*(?:#|\/\/)/.test(text.slice(text.lastIndexOf("\n", at - 1) + 1, at + 1));
}
