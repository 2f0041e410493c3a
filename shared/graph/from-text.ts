/** Edges to the hosts a text names. */

import type { Resource } from "../repository/platform.ts";
import { portsOf } from "../repository/services.ts";
import { connect, type Draft } from "./draft.ts";
import type { EdgeType, Evidence } from "./graph.ts";
import { idOf } from "./graph.ts";
import { type Around, hostsNamed } from "./named-hosts.ts";

/** Hosts followed of one text. */
const MOST = 200;

export interface Text extends Pick<Around, "variable" | "form" | "hasPort"> {
  readonly text: string;
  readonly evidence: Evidence;
}

/** `home`: the namespace short names are looked up in. */
export function connectHosts(
  draft: Draft,
  from: Resource | string,
  home: string | undefined,
  { text, evidence, ...said }: Text,
  type: EdgeType = "calls",
): void {
  const around: Around = {
    ...said,
    home,
    isService: (name, namespace, port) => hasService(draft, name, namespace, port),
    isNamespace: (name) => draft.namespaces.has(name),
  };
  for (const named of hostsNamed(text, around).slice(0, MOST)) {
    const place = { ...evidence, text: named.text };
    if ("host" in named) {
      connect(draft, from, type, { kind: "Host", namespace: undefined, name: named.host }, place);
    } else {
      connect(draft, from, type, { kind: "Service", namespace: named.namespace, name: named.service }, place);
    }
  }
}

function hasService({ resources }: Draft, name: string, namespace: string, port: number | undefined): boolean {
  const service = resources.get(idOf("Service", namespace, name));
  if (service === undefined) return name === "kubernetes" && namespace === "default";
  return port === undefined || portsOf(service).some((one) => one.port === port);
}

/** What a file inside a ConfigMap is, by its name. */
export function formOf(key: string, text: string): Around["form"] {
  if (!text.trimEnd().includes("\n")) return "setting";
  return /\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|properties|env|alloy|river|hcl|caddyfile|xml)$|(?:^|[-_.])(?:config|settings|env|caddyfile)$/i.test(
    key,
  )
    ? "config"
    : "script";
}
