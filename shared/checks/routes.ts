/**
 * A way in that changed leads to pods that answer: Ingress, Traefik's IngressRoute, and the routes of the Gateway API, whose
 * status says whether a gateway took them. An Ingress has an address where others of its class have one.
 */
import type { ObjectRef } from "../domain/change-set.ts";
import { at, fieldsAt, itemsAt, listAt, textAt } from "../repository/values.ts";
import {
  type Check,
  failed,
  inconclusive,
  type Look,
  notApplicable,
  successful,
  type World,
  worstOf,
} from "./check.ts";
import { addressesOf, selectorOf } from "./endpoints-read.ts";
import { clusterLimits } from "./schedule.ts";
import { key } from "./targets.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Backend {
  readonly namespace: string;
  readonly name: string;
}

export const routes: Check = {
  name: "routes",
  // Nothing counts against it before the last look: a controller takes its time, and a new way in is used by nobody yet.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const changed = world.objects.filter((ref) => flavourOf(ref) !== undefined && ref.effect !== "delete");
    return worstOf(await Promise.all(changed.map((one) => lookAt(one, world))), "no way in is changed");
  },
};

function flavourOf({ apiVersion, kind }: ObjectRef): "ingress" | "traefik" | "gateway" | undefined {
  if (kind === "Ingress" && apiVersion.startsWith("networking.k8s.io/")) return "ingress";
  if (/^IngressRoute(?:TCP|UDP)?$/.test(kind) && /^traefik\.(?:io|containo\.us)\//.test(apiVersion)) return "traefik";
  if (/^(?:HTTP|GRPC|TCP|TLS|UDP)Route$/.test(kind) && apiVersion.startsWith("gateway.networking.k8s.io/"))
    return "gateway";
  return undefined;
}

async function lookAt(ref: ObjectRef, world: World): Promise<Look> {
  const { apiVersion, kind, namespace = "", name } = ref;
  const { cluster, lastLook, signal } = world;
  const id = `${kind} ${namespace}/${name}`;
  const notYet = (message: string) => (lastLook ? failed(`${id} ${message}`) : inconclusive(`${id} ${message}`));
  const found = await cluster.object(apiVersion, kind, namespace, name, signal);
  if (found === undefined) return notYet("does not exist");
  const flavour = flavourOf(ref);
  const refusal = flavour === "gateway" ? refusedBy(found) : undefined;
  if (refusal !== undefined) return notYet(refusal);
  const backends = backendsOf(found, namespace, flavour);
  if (backends.length === 0) return notApplicable(`${id} leads to no Service`);
  const missing = await Promise.all(backends.map((backend) => unanswered(backend, world)));
  const [first] = missing.filter((one) => one !== undefined);
  if (first !== undefined) return notYet(`leads to Service ${first}`);
  const to = `leads to ${backends.map((one) => `Service ${key(one.namespace, one.name)}`).join(", ")}`;
  if (flavour !== "ingress" || listAt(found, "status", "loadBalancer", "ingress").length > 0)
    return successful(`${id} ${to}`);
  const others = await cluster.list(apiVersion, kind, namespace, signal);
  const alike = others.filter(
    (other) => classOf(other) === classOf(found) && textAt(other, "metadata", "name") !== name,
  );
  const usual = alike.some((other) => listAt(other, "status", "loadBalancer", "ingress").length > 0);
  return usual
    ? notYet("has no address, and others of its class have one")
    : successful(`${id} ${to}; its class assigns no addresses here`);
}

/** Why no gateway takes the route; undefined when each that was asked does. */
function refusedBy(route: Fields): string | undefined {
  const parents = itemsAt(route, "status", "parents");
  if (parents.length === 0) return "was looked at by no gateway yet";
  for (const parent of parents) {
    for (const type of ["Accepted", "ResolvedRefs"]) {
      const condition = itemsAt(parent, "conditions").find((one) => one["type"] === type);
      if (condition === undefined || condition["status"] === "True") continue;
      return `is not ${type}: ${(textAt(condition, "message") ?? "nothing is said").slice(0, 300)}`;
    }
  }
  return undefined;
}

function backendsOf(route: Fields, home: string, flavour: ReturnType<typeof flavourOf>): readonly Backend[] {
  const services =
    flavour === "ingress"
      ? ingressServices(route)
      : flavour === "traefik"
        ? traefikServices(route)
        : gatewayServices(route);
  const found = services.flatMap((service) => {
    const name = textAt(service, "name");
    return name === undefined ? [] : [{ namespace: textAt(service, "namespace") ?? home, name }];
  });
  return [...new Map(found.map((one) => [key(one.namespace, one.name), one])).values()];
}

function ingressServices(ingress: Fields): readonly Fields[] {
  const paths = itemsAt(ingress, "spec", "rules").flatMap((rule) => itemsAt(rule, "http", "paths"));
  return [
    ...paths.map((path) => fieldsAt(path, "backend", "service")),
    fieldsAt(ingress, "spec", "defaultBackend", "service"),
  ];
}

/** A `TraefikService` leads on by rules of its own. */
function traefikServices(route: Fields): readonly Fields[] {
  const named = itemsAt(route, "spec", "routes").flatMap((rule) => itemsAt(rule, "services"));
  return named.filter(({ kind = "Service" }) => kind === "Service");
}

function gatewayServices(route: Fields): readonly Fields[] {
  const named = itemsAt(route, "spec", "rules").flatMap((rule) => itemsAt(rule, "backendRefs"));
  return named.filter(({ kind = "Service", group = "" }) => kind === "Service" && group === "");
}

/** The Service and what is wrong with it; undefined when somebody answers there. */
async function unanswered(backend: Backend, { cluster, signal }: World): Promise<string | undefined> {
  const id = key(backend.namespace, backend.name);
  const addresses = await addressesOf(backend, cluster, signal);
  if (addresses !== undefined && addresses.ready > 0) return undefined;
  const selector = await selectorOf(backend, cluster, signal);
  if (selector === undefined) return `${id}, which does not exist`;
  // Nobody in the cluster fills it: where it leads cannot be seen from here.
  if (Object.keys(selector).length === 0 && addresses === undefined) return undefined;
  return `${id}, which has no ready address`;
}

function classOf(ingress: Fields): unknown {
  return (
    at(ingress, "spec", "ingressClassName") ?? at(ingress, "metadata", "annotations", "kubernetes.io/ingress.class")
  );
}
