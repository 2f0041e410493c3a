/**
 * Leads a public host to a Service, by an Ingress or an IngressRoute as the repository writes them. A person always
 * decides: it opens something to the outside.
 */
import * as z from "zod";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName } from "../schema.ts";
import { editableIn, findResource } from "../targets.ts";
import { closedOutside } from "./deploy-service-home.ts";
import { hostName } from "./deploy-service-schema.ts";
import { httpPort, type PublicName, serviceMeant, unservedNames, workloadsBehind } from "./expose-service-need.ts";
import { type NewRoute, newRoute } from "./expose-service-objects.ts";
import { hiddenRoute, routeTo, writtenRoutes } from "./expose-service-routes.ts";

const schema = z.strictObject({
  kind: z.literal("expose-service"),
  service: z.strictObject({ namespace: labelName, name: labelName }),
  host: hostName,
  /** One of the Service's ports, where it has several. */
  port: z.int().min(1).max(65535).optional(),
});
export type ExposeService = z.infer<typeof schema>;

export const exposeService: IntentDefinition<ExposeService> = {
  kind: "expose-service",
  purpose: "A public host for a Service, by an Ingress or IngressRoute with the repository's class and TLS.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return unservedNames(platform)
      .map((name) => candidateFor(platform, name))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

/** A public name nobody serves, with the Service it means; a text says why none can be led to. */
function intentFor(platform: Platform, name: PublicName): ExposeService | string {
  const hidden = hiddenRoute(platform, name.host);
  if (hidden !== undefined) return `${hidden} may serve it, which cannot be read`;
  const service = serviceMeant(platform, name);
  if (typeof service === "string") return service;
  const existing = routeTo(platform, service);
  if (existing !== undefined) {
    const { kind, path } = existing.resource;
    return `Service ${service.name} is reached by another host already (${kind} in ${path})`;
  }
  const parsed = schema.safeParse({
    kind: "expose-service",
    service: { namespace: service.namespace, name: service.name },
    host: name.host,
  });
  return parsed.success ? parsed.data : `Service ${service.name.slice(0, 100)} cannot be named`;
}

function candidateFor(platform: Platform, name: PublicName): Candidate<ExposeService> | undefined {
  const intent = intentFor(platform, name);
  if (typeof intent === "string") return undefined;
  const rendered = render(intent, platform);
  if (rendered.kind === "refused") return undefined;
  const { namespace, name: service } = intent.service;
  const [first] = name.named;
  return {
    intent,
    target: `Service ${namespace}/${service}`,
    namespace,
    because: `${first?.path}: ${first?.name.slice(0, 80) || "a setting"} counts on ${name.host}, which no route serves`,
    application: rendered.application,
    rank: Math.min(name.named.length, 5),
  };
}

function survey(platform: Platform): Survey {
  const done = writtenRoutes(platform).map(
    ({ resource: { path, kind, name }, hosts }) =>
      `${path}: ${kind} ${name} for ${hosts.slice(0, 3).join(", ") || "any host"}`,
  );
  const open = unservedNames(platform).map((name): OpenPlace => {
    const intent = intentFor(platform, name);
    const rendered = typeof intent === "string" ? intent : render(intent, platform);
    const [first] = name.named;
    const because =
      typeof rendered === "string"
        ? rendered
        : rendered.kind === "refused"
          ? rendered.because
          : `${first?.path} counts on it, and no route serves it`;
    return { target: name.host, namespace: first?.home, because };
  });
  return { done, open };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly route: NewRoute;
}

function planFor(platform: Platform, service: Resource, { host, port: asked }: ExposeService): Plan | string {
  const { namespace = "", name } = service;
  const application = editableIn(platform, service);
  if (typeof application === "string") return application;
  if (!isService(service)) return `${name} is no Service of Kubernetes`;
  const port = httpPort(platform, service, asked);
  if (typeof port === "string") return port;
  for (const { podLabels: labels } of workloadsBehind(platform, service)) {
    const closed = closedOutside(platform, { namespace, labels });
    if (closed !== undefined) return `NetworkPolicy ${closed.name} lets nobody in from outside of ${namespace}`;
  }
  const route = newRoute(platform, { namespace, service: name, port, host });
  return typeof route === "string" ? route : { application, route };
}

function render(intent: ExposeService, platform: Platform): Rendered {
  const { namespace, name } = intent.service;
  const service = findResource(platform, "Service", namespace, name);
  if (typeof service === "string") return { kind: "refused", because: service };
  const plan = planFor(platform, service, intent);
  if (typeof plan === "string") return { kind: "refused", because: plan };
  const { application, route } = plan;
  const written = writeNewObjects(platform, application, namespace, route.objects);
  if (typeof written === "string") return { kind: "refused", because: written };
  return { kind: "rendered", ...written, application: application.name, changes: route.changes };
}
