/** The MCP servers of a repository: Services whose name, labels, ports or pods say that they speak MCP. */
import { ofKind, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { at, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { type RepositoryWorkload, selects, workloadsIn } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";

export interface McpServer {
  readonly service: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly workloads: readonly RepositoryWorkload[];
  /** Its own name says it; else a label, a port or an image does, which is a weaker sign. */
  readonly isNamed: boolean;
}

const MCP = /(^|[-_./])mcp([-_./]|$)/i;
/** Parts around MCP that are not servers of tools: what calls, shows or relays them. */
const OTHER =
  /(^|[-_.])(gateway|proxy|inspector|client|registry|router|hub|orchestrator|agent|ui|dashboard|portal|console|frontend)([-_.]|$)/i;

/** Applied Services that lead to pods of an MCP server, by name. */
export const mcpServers: (platform: Platform) => readonly McpServer[] = oncePer((platform) =>
  ofKind(platform, "Service")
    .filter((service) => isService(service) && service.application !== undefined)
    .map((service) => asServer(platform, service))
    .filter((server) => server !== undefined)
    .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1)),
);

function asServer(platform: Platform, service: Resource): McpServer | undefined {
  const { namespace, name, object } = service;
  if (namespace === undefined || OTHER.test(name)) return undefined;
  const workloads = workloadsIn(platform, namespace).filter(
    (one) => one.replicas > 0 && selects(stringsAt(object, "spec", "selector"), one.podLabels),
  );
  return workloads.length > 0 && speaksMcp(service, workloads)
    ? { service, namespace, name, workloads, isNamed: MCP.test(name) }
    : undefined;
}

function speaksMcp({ name, object }: Resource, workloads: readonly RepositoryWorkload[]): boolean {
  const labels = [stringsAt(object, "metadata", "labels"), stringsAt(object, "metadata", "annotations")];
  const marked = labels.some((all) =>
    Object.entries(all).some(
      ([key, value]) => value !== "false" && (MCP.test(key) || (value.length < 64 && MCP.test(value))),
    ),
  );
  const ports = itemsAt(object, "spec", "ports").flatMap((port) => [textAt(port, "name"), textAt(port, "appProtocol")]);
  const pods = workloads.flatMap(({ containers }) =>
    containers.flatMap(({ image, spec }) => [
      imageName(image),
      ...itemsAt(spec, "ports").map((port) => textAt(port, "name")),
    ]),
  );
  return marked || [name, ...ports, ...pods].some((word) => word !== undefined && MCP.test(word));
}

/** The port clients of the server use; a text says why it is not certain. */
export function portOf({ service, name }: McpServer): number | string {
  const ports = itemsAt(service.object, "spec", "ports").filter((port) => (port["protocol"] ?? "TCP") === "TCP");
  const named = ["mcp", "http-mcp", "streamable-http", "sse", "http", "web", "api"];
  const found =
    ports.length === 1
      ? ports[0]
      : named.map((one) => ports.find((port) => port["name"] === one)).find((one) => one !== undefined);
  const port = at(found, "port");
  return typeof port === "number" ? port : `which of the ports of Service ${name} speaks MCP is not said`;
}

/** True when both lead to the same pods. */
export function isSameServer(a: McpServer, b: McpServer): boolean {
  return a.service === b.service || a.workloads.some((one) => b.workloads.includes(one));
}

/** The server an address names, seen from `namespace`: `<service>`, `<service>.<namespace>`, `….svc`, `….svc.<domain>`. */
export function serverAt(platform: Platform, host: string, namespace: string): McpServer | undefined {
  const [name = "", given, svc] = host.split(".");
  if (svc !== undefined && svc !== "svc") return undefined;
  return mcpServers(platform).find((one) => one.name === name && one.namespace === (given ?? namespace));
}

/** The words of a server's name without those that every one of them has; undefined when none is left. */
export function stemOf({ name }: Pick<McpServer, "name">): string | undefined {
  const words = name.split("-").filter((word) => !/^(mcp|server|service|srv|svc)$/.test(word));
  return words.length === 0 ? undefined : words.join("-");
}
