/** Which servers a list of MCP servers lacks, as far as the rest of the repository tells. */
import type { Platform } from "../../repository/platform.ts";
import { isReader } from "./mcp-readers.ts";
import { lists, type Registry, registriesOf } from "./mcp-registries.ts";
import { type McpServer, mcpServers } from "./mcp-servers.ts";

export interface Missing {
  readonly registry: Registry;
  readonly server: McpServer;
  /** Why it seems to be left out on purpose. */
  readonly exempt: string | undefined;
}

/** Servers a list does not have although it has at least half of those around it: a shorter list is a choice. */
export function missingIn(platform: Platform): readonly Missing[] {
  return registriesOf(platform).flatMap((registry) => {
    const around = serversAround(platform, registry);
    const absent = around.filter((server) => !lists(registry, server));
    if (absent.length * 2 > around.length) return [];
    const comments = commentsOf(platform, registry);
    return absent.map((server) => {
      return { registry, server, exempt: leftOut(platform, registry, server, comments) };
    });
  });
}

/** Why the list seems not to have it on purpose. */
function leftOut(
  platform: Platform,
  { resource }: Registry,
  server: McpServer,
  comments: readonly string[],
): string | undefined {
  if (comments.some((line) => line.includes(server.name))) return "a comment in the list names it";
  const names = [`//${server.name}:`, `//${server.name}.${server.namespace}`, `//${server.name}/`];
  const text = JSON.stringify(resource.object);
  if (names.some((name) => text.includes(name))) return `${resource.kind} ${resource.name} calls it already`;
  const relays = registriesOf(platform).some((other) => isReader(platform, other, server.workloads));
  return relays ? "it reads a list of the others itself" : undefined;
}

/** Each server once, by the Service that is named as its pods are; those of the namespaces the list is about. */
function serversAround(platform: Platform, registry: Registry): readonly McpServer[] {
  const namespaces = new Set([registry.namespace, ...registry.entries.map(({ server }) => server.namespace)]);
  // Where every server is called so, one that is not is likely to be something else.
  const isStrict = registry.entries.every(({ server }) => server.isNamed);
  const near = mcpServers(platform).filter(
    (server) =>
      namespaces.has(server.namespace) &&
      (server.isNamed || !isStrict) &&
      !isReader(platform, registry, server.workloads),
  );
  const byPods = new Map<string, McpServer>();
  for (const server of near) {
    const [first] = server.workloads;
    const key = `${server.namespace}/${first?.kind}/${first?.name}`;
    if (!byPods.has(key) || server.name === first?.name) byPods.set(key, server);
  }
  return [...byPods.values()];
}

function commentsOf(platform: Platform, { resource }: Registry): readonly string[] {
  const lines = (platform.files.get(resource.path)?.content ?? "").split("\n");
  return lines.filter((line) => /(^|\s)(#|\/\/)/.test(line));
}
