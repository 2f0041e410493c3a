/**
 * Registers an MCP server where its clients look for one. Either the server runs and nobody lists it, which the repository
 * shows by itself, or a person asks for a new one: then it is written like those that are there and listed beside them.
 */
import * as z from "zod";
import { withChanges } from "../../repository/change.ts";
import type { Platform } from "../../repository/platform.ts";
import { portsOf } from "../../repository/services.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { closedEgress, closedIngress } from "../traffic/pod-traffic.ts";
import { missingIn } from "./mcp-missing.ts";
import { newMcpServer } from "./mcp-new-server.ts";
import { isReader, registryReaders } from "./mcp-readers.ts";
import { type Registration, register } from "./mcp-registration.ts";
import { lists, type Registry, registriesOf } from "./mcp-registries.ts";
import { type McpServer, mcpServers } from "./mcp-servers.ts";

const KINDS = ["ConfigMap", "Deployment", "StatefulSet", "DaemonSet", "CronJob"] as const;
/** RFC 1035 label: a Service's name is a name of DNS. */
const serviceName = labelName.regex(/^[a-z]/, "not a name a Service can have");
const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "not a variable");

/** What a person or a model says of a server that does not run yet. */
const newServer = z.strictObject({
  namespace: labelName,
  name: serviceName,
  image: z
    .string()
    .max(300)
    .regex(
      /^[a-z0-9][-a-z0-9._]*(?::\d{2,5})?(?:\/[a-z0-9][-a-z0-9._]*)*(?::[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
      "not an image",
    ),
  /** Ports under 1024 need a right that pods here do not have. */
  port: z.int().min(1024).max(65535),
  /** Variables from Secrets that are there. */
  secrets: z
    .array(
      z.strictObject({
        variable: variableName,
        secret: objectName,
        key: z
          .string()
          .max(253)
          .regex(/^[-._a-zA-Z0-9]+$/),
      }),
    )
    .max(10)
    .optional(),
});
export type NewServer = z.infer<typeof newServer>;

const schema = z.strictObject({
  kind: z.literal("add-mcp-server"),
  registry: z.strictObject({
    kind: z.enum(KINDS),
    namespace: labelName,
    name: objectName,
    /** A key of the ConfigMap, `<container>` or `<container>/<variable>` of a workload; "" for the keys themselves. */
    place: z
      .string()
      .max(400)
      .regex(/^[-._/a-zA-Z0-9]*$/),
  }),
  /** A Service that is there, or a server to be made. */
  server: z.union([newServer, z.strictObject({ namespace: labelName, name: labelName })]),
});
export type AddMcpServer = z.infer<typeof schema>;

export const addMcpServer: IntentDefinition<AddMcpServer> = {
  kind: "add-mcp-server",
  purpose: "An MCP server listed where its clients look for one; made first, in the style of the others, if it is new.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return missingIn(platform)
      .map(({ registry, server, exempt }): Candidate<AddMcpServer> | undefined => {
        const intent = intentFor(registry, server);
        if (exempt !== undefined || intent === undefined) return undefined;
        const rendered = render(intent, platform);
        if (rendered.kind === "refused") return undefined;
        const { resource, entries } = registry;
        return {
          intent,
          target: `Service ${server.namespace}/${server.name}`,
          namespace: server.namespace,
          because: `${resource.path} lists ${entries.length} MCP servers of the platform, and not this one`,
          application: rendered.application,
          rank: entries.length,
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function intentFor({ resource, namespace, place }: Registry, server: McpServer): AddMcpServer | undefined {
  const registry = { kind: resource.kind, namespace, name: resource.name, place };
  const stored = { kind: "add-mcp-server", registry, server: { namespace: server.namespace, name: server.name } };
  const parsed = schema.safeParse(stored);
  return parsed.success ? parsed.data : undefined;
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  const registries = registriesOf(platform);
  const missing = missingIn(platform);
  for (const server of mcpServers(platform)) {
    const { namespace, name, service } = server;
    const target = `Service ${namespace}/${name}`;
    const listed = registries.find((registry) => lists(registry, server));
    const lacks = missing.find((one) => one.server === server);
    if (lacks?.exempt !== undefined) exempt.push({ target, namespace, because: lacks.exempt });
    else if (lacks !== undefined) {
      const intent = intentFor(lacks.registry, server);
      const rendered = intent === undefined ? undefined : render(intent, platform);
      const because = rendered?.kind === "refused" ? rendered.because : "it is not listed";
      open.push({ target, namespace, because: `${lacks.registry.resource.path}: ${because}` });
    } else if (listed !== undefined) done.push(`${listed.resource.path}: ${target}`);
    else if (registries.some((registry) => isReader(platform, registry, server.workloads)))
      exempt.push({ target, namespace, because: "it reads the list of the others" });
    else if (registries.length === 0)
      open.push({ target, namespace, because: `${service.path}: nothing in the repository lists MCP servers` });
    else exempt.push({ target, namespace, because: "no list is about the servers of its namespace" });
  }
  return { done, open, exempt };
}

function render({ registry: asked, server: wanted }: AddMcpServer, platform: Platform): Rendered {
  const registry = findRegistry(platform, asked);
  if (typeof registry === "string") return refused(registry);
  if ("image" in wanted) return renderNew(platform, registry, asked, wanted);
  const server = mcpServers(platform).find((one) => one.namespace === wanted.namespace && one.name === wanted.name);
  if (server === undefined) return refused(`no Service ${wanted.namespace}/${wanted.name} leads to an MCP server`);
  const done = registered(platform, registry, server);
  if (typeof done === "string") return refused(done);
  return { kind: "rendered", ...done, changes: changesOf(registry, server, done) };
}

function renderNew(
  platform: Platform,
  registry: Registry,
  asked: AddMcpServer["registry"],
  wanted: NewServer,
): Rendered {
  const made = newMcpServer(platform, registry, wanted);
  if (typeof made === "string") return refused(made);
  const after = withChanges(platform, made.files);
  const again = findRegistry(after, asked);
  if (typeof again === "string") return refused(again);
  const server = mcpServers(after).find((one) => one.namespace === wanted.namespace && one.name === wanted.name);
  if (server === undefined)
    return refused(`neither the name ${wanted.name} nor the others' ports say that it speaks MCP`);
  const done = registered(after, again, server);
  if (typeof done === "string") return refused(done);
  const { application } = done;
  return {
    kind: "rendered",
    files: [...made.files, ...done.files],
    objects: [...made.objects, ...done.objects],
    application,
    changes: [
      `Added Deployment and Service ${wanted.namespace}/${wanted.name}: an MCP server on ${wanted.image}`,
      ...changesOf(registry, server, done),
    ],
  };
}

function findRegistry(
  platform: Platform,
  { kind, namespace, name, place }: AddMcpServer["registry"],
): Registry | string {
  const found = registriesOf(platform).filter(
    ({ resource, ...one }) =>
      resource.kind === kind && resource.name === name && one.namespace === namespace && one.place === place,
  );
  const [registry, second] = found;
  if (registry === undefined)
    return `${kind} ${namespace}/${name} lists no MCP servers${place === "" ? "" : ` in ${place}`}`;
  return second === undefined ? registry : `${kind} ${namespace}/${name} is defined more than once`;
}

function registered(platform: Platform, registry: Registry, server: McpServer): Registration | string {
  const { resource, namespace } = registry;
  if (lists(registry, server)) return `${resource.path} lists ${server.name} already`;
  if (isReader(platform, registry, server.workloads)) return `${server.name} reads that list itself`;
  const shut = shutOut(platform, registry, server);
  if (shut !== undefined) return `NetworkPolicy ${shut} keeps who reads the list in ${namespace} from ${server.name}`;
  return register(platform, registry, server);
}

/** The NetworkPolicy by which no reader of the list reaches the server. */
function shutOut(platform: Platform, registry: Registry, server: McpServer): string | undefined {
  const target = portsOf(server.service)[0]?.target;
  const to = { namespace: server.namespace, labels: server.workloads[0]?.podLabels };
  if (typeof target !== "number") return undefined;
  const closed = registryReaders(platform, registry).map(({ workload }) => {
    const from = { namespace: registry.namespace, labels: workload.podLabels };
    return closedIngress(platform, from, to, target) ?? closedEgress(platform, from, to, target);
  });
  return closed.length > 0 && closed.every((one) => one !== undefined) ? closed[0]?.name : undefined;
}

function changesOf({ resource, place }: Registry, { name }: McpServer, { entry, told }: Registration): string[] {
  const where = `${resource.kind} ${resource.name}${place === "" ? "" : ` (${place})`}`;
  return [
    `Registered MCP server ${name} in ${where}: ${entry.url}`,
    ...told.map((line) => `${line[0]?.toUpperCase()}${line.slice(1)}`),
  ];
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
