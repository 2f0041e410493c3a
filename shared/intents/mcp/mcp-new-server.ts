/** The Deployment and Service of a new MCP server, in the style of those that run, with less rights than most of them. */
import { isPinned, registryOf } from "../../policy/images.ts";
import { mostCommon, neighboursOf } from "../../repository/conventions.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { makerOf, usesOf } from "../../repository/secrets.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { asContainer, type RepositoryWorkload, selects, workloadsOf } from "../../repository/workloads.ts";
import { type NewFiles, type NewObject, ownLabels, writeNewObjects } from "../edit/new-objects.ts";
import { chooseResources, resourceEvidence, sizedFields } from "../resource-values.ts";
import { restrictedContainer, restrictedPod } from "../restricted-pod.ts";
import { editableIn } from "../targets.ts";
import type { NewServer } from "./add-mcp-server.ts";
import type { Registry } from "./mcp-registries.ts";
import type { McpServer } from "./mcp-servers.ts";

type Labels = Readonly<Record<string, string>>;

/** Labels that are about one object, or about who made it. */
const OWN_LABEL =
  /^(app|name|version|app\.kubernetes\.io\/(name|instance|version|managed-by)|argocd\.argoproj\.io\/.*)$/;

export function newMcpServer(platform: Platform, registry: Registry, wanted: NewServer): NewFiles | string {
  const application = editableIn(platform, registry.resource);
  if (typeof application === "string") return application;
  const { namespace, name } = wanted;
  const neighbours = neighboursOf(platform, application.name);
  if (!neighbours.some((one) => one.namespace === namespace)) {
    return `${application.name}, which holds the list, has nothing in namespace ${namespace}`;
  }
  const taken = inNamespace(platform, namespace).find(
    (one) => one.name === name && /^(Deployment|Service)$/.test(one.kind),
  );
  if (taken !== undefined) return `${taken.kind} ${namespace}/${name} is already there`;
  const image = imageProblem(platform, wanted) ?? secretProblem(platform, wanted);
  if (image !== undefined) return image;
  const models = registry.entries.map(({ server }) => server);
  const labels: Labels = { ...ownLabels(neighbours, name), ...shared(models, labelsOfService) };
  const podLabels: Labels = { ...ownLabels(neighbours, name), ...shared(models, labelsOfPods) };
  const caught = catches(platform, namespace, podLabels);
  if (caught !== undefined) return `${caught} would take its pods for its own`;
  const pod = podSpec(platform, models, wanted);
  if (typeof pod === "string") return pod;
  const selector = ownSelector(neighbours, name);
  const objects: readonly NewObject[] = [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      name,
      body: {
        spec: {
          replicas: 1,
          selector: { matchLabels: selector },
          template: { metadata: { labels: podLabels }, spec: pod },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      name,
      labels,
      annotations: shared(models, annotationsOfService),
      body: {
        spec: {
          selector,
          ports: [{ name: portName(models), port: wanted.port, targetPort: portName(models) }],
        },
      },
    },
  ].map(withoutEmpty);
  return writeNewObjects(platform, application, namespace, objects);
}

function withoutEmpty(object: NewObject): NewObject {
  const { annotations, ...rest } = object;
  return annotations === undefined || Object.keys(annotations).length === 0 ? rest : object;
}

/** The labels by which its own objects are told from all others. */
function ownSelector(neighbours: Parameters<typeof ownLabels>[0], name: string): Labels {
  const entries = Object.entries(ownLabels(neighbours, name)).filter(([key]) => !key.endsWith("/managed-by"));
  return Object.fromEntries(entries);
}

function imageProblem(platform: Platform, { image }: NewServer): string | undefined {
  if (!isPinned(image)) return `image ${image} is not pinned to a version`;
  const registries = new Set(
    workloadsOf(platform).flatMap(({ containers }) => containers.map((one) => registryOf(one.image))),
  );
  return registries.has(registryOf(image)) ? undefined : `no workload here takes images from ${registryOf(image)}`;
}

function secretProblem(platform: Platform, { namespace, secrets = [] }: NewServer): string | undefined {
  const unknown = secrets.find(
    ({ secret }) =>
      makerOf(platform, namespace, secret) === undefined && usesOf(platform, namespace, secret).length === 0,
  );
  if (unknown !== undefined) return `no Secret ${namespace}/${unknown.secret} is evident in the repository`;
  const names = secrets.map(({ variable }) => variable);
  return new Set(names).size === names.length ? undefined : "two of its variables have the same name";
}

function catches(platform: Platform, namespace: string, labels: Labels): string | undefined {
  const found = inNamespace(platform, namespace).find(
    ({ kind, object }) => kind === "Service" && selects(stringsAt(object, "spec", "selector"), labels),
  );
  return found === undefined ? undefined : `Service ${found.name}`;
}

function podSpec(platform: Platform, models: readonly McpServer[], wanted: NewServer): Fields | string {
  const { namespace, name, image, port, secrets = [] } = wanted;
  const workloads = models.flatMap((one) => one.workloads.slice(0, 1));
  const pull = pullSecrets(platform, namespace, image);
  if (typeof pull === "string") return pull;
  const bare = asContainer({ name, image }, 0);
  const resources = chooseResources(resourceEvidence(platform), { namespace, podSpec: {}, containers: [] }, bare);
  if (resources === undefined) return "nothing in the repository says how much a container like it needs";
  const user = userOf(workloads);
  const env = [
    ...portVariable(models, port),
    ...secrets.map(({ variable, secret, key }) => ({
      name: variable,
      valueFrom: { secretKeyRef: { name: secret, key } },
    })),
  ];
  return {
    automountServiceAccountToken: false,
    ...(pull.length === 0 ? {} : { imagePullSecrets: pull }),
    securityContext: restrictedPod(user === undefined ? {} : { user }),
    containers: [
      {
        name,
        image,
        ports: [{ name: portName(models), containerPort: port }],
        ...(env.length === 0 ? {} : { env }),
        ...probes(workloads, portName(models)),
        resources: sizedFields(resources),
        securityContext: restrictedContainer(),
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}

/** The Secrets by which images of that registry are pulled in the namespace; a text: they are pulled with one elsewhere. */
function pullSecrets(platform: Platform, namespace: string, image: string): readonly unknown[] | string {
  const takers = workloadsOf(platform).filter(({ containers }) =>
    containers.some((one) => registryOf(one.image) === registryOf(image)),
  );
  const near = takers.find((one) => one.namespace === namespace);
  if (near !== undefined) return listAt(near.podSpec, "imagePullSecrets");
  const far = takers.find((one) => listAt(one.podSpec, "imagePullSecrets").length > 0);
  return far === undefined
    ? []
    : `images of ${registryOf(image)} are pulled with a Secret that ${namespace} does not show`;
}

/** A user the others run as by number; without one the image has to name one itself. */
function userOf(workloads: readonly RepositoryWorkload[]): number | undefined {
  const users = workloads.map(
    ({ podSpec, containers }) =>
      at(containers[0]?.spec, "securityContext", "runAsUser") ?? at(podSpec, "securityContext", "runAsUser"),
  );
  const known = mostCommon(users.filter((user) => typeof user === "number" && user > 0).map(String));
  return known === undefined ? undefined : Number(known);
}

function portName(models: readonly McpServer[]): string {
  const names = models.flatMap(({ service }) =>
    itemsAt(service.object, "spec", "ports").flatMap((one) => textAt(one, "name") ?? []),
  );
  const name = mostCommon(names) ?? "http";
  // A port of a pod has a shorter name than one of a Service.
  return /^(?=.*[a-z])[a-z0-9](?:-?[a-z0-9]){0,14}$/.test(name) ? name : "http";
}

/** The variable by which all of the others are told their port. */
function portVariable(models: readonly McpServer[], port: number): readonly Fields[] {
  const names = models.map(({ workloads }) => {
    const [container] = workloads[0]?.containers ?? [];
    const ports = itemsAt(container?.spec, "ports").map((one) => String(one["containerPort"]));
    return itemsAt(container?.spec, "env")
      .filter((one) => textAt(one, "name")?.endsWith("PORT") === true && ports.includes(String(one["value"])))
      .map((one) => textAt(one, "name") ?? "");
  });
  const [first = [], ...others] = names;
  const name = first.find((one) => others.every((list) => list.includes(one)));
  return name === undefined ? [] : [{ name, value: String(port) }];
}

/** As most of the others are asked how they are; a connection is enough where they are not asked over HTTP. */
function probes(workloads: readonly RepositoryWorkload[], port: string): Fields {
  const paths = (probe: string) =>
    workloads.flatMap(({ containers }) => textAt(containers[0]?.spec, probe, "httpGet", "path") ?? []);
  const asked = (probe: string): Fields => {
    const path = mostCommon(paths(probe));
    const isUsual = path !== undefined && paths(probe).length * 2 > workloads.length;
    return isUsual ? { httpGet: { path, port } } : { tcpSocket: { port } };
  };
  return {
    readinessProbe: { ...asked("readinessProbe"), periodSeconds: 10 },
    livenessProbe: { ...asked("livenessProbe"), periodSeconds: 20, failureThreshold: 6 },
  };
}

/** What all servers carry with the same value, apart from names: a gateway may select by it. */
function shared(models: readonly McpServer[], labelsOf: (server: McpServer) => Labels): Labels {
  const [first, ...others] = models.map(labelsOf);
  if (first === undefined || others.length === 0) return {};
  const common = Object.entries(first).filter(
    ([key, value]) => !OWN_LABEL.test(key) && others.every((labels) => labels[key] === value),
  );
  return Object.fromEntries(common);
}

function labelsOfService({ service }: McpServer): Labels {
  return stringsAt(service.object, "metadata", "labels");
}

function annotationsOfService({ service }: McpServer): Labels {
  const all = Object.entries(stringsAt(service.object, "metadata", "annotations"));
  return Object.fromEntries(all.filter(([key, value]) => value.length < 200 && !/kubernetes\.io|cattle\.io/.test(key)));
}

function labelsOfPods({ workloads }: McpServer): Labels {
  return fieldsAt(workloads[0], "podLabels") as Labels;
}
