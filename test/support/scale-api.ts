/**
 * The part of the Kubernetes API that a wake-up meets, with what may go wrong there: Deployments' scale subresource with
 * versions, KEDA's ScaledObjects, the rights of a role. Answers for `answerWith` of kubernetes-api.ts.
 */
import type { Reply, Seen } from "./kubernetes-api.ts";

interface Deployment {
  replicas: number;
  version: number;
}

export interface ScaleApi {
  readonly deployments: Map<string, Deployment>;
  /** ScaledObject -> its annotations. */
  readonly scaledObjects: Map<string, Readonly<Record<string, string>>>;
  /** `<verb> <resource>` the caller may; everything else is forbidden. */
  readonly rights: Set<string>;
  /** Answers instead of the API where it returns something; may change the state before it leaves it to the API. */
  fault: (request: Seen) => Reply | undefined;
  readonly answer: (request: Seen) => Reply;
}

const PATHS = [
  { resource: "deployments/scale", of: /^\/apis\/apps\/v1\/namespaces\/cortex-school\/deployments\/([^/]+)\/scale$/ },
  { resource: "scaledobjects", of: /^\/apis\/keda\.sh\/v1alpha1\/namespaces\/cortex-school\/scaledobjects\/([^/]+)$/ },
];

/** Exactly what the coordinator's role may hold. */
export const RIGHTS = ["get deployments/scale", "patch deployments/scale", "get scaledobjects"];

export function scaleApi(deployments: Readonly<Record<string, number>> = {}): ScaleApi {
  const api: ScaleApi = {
    deployments: new Map(Object.entries(deployments).map(([name, replicas]) => [name, { replicas, version: 40 }])),
    scaledObjects: new Map(),
    rights: new Set(RIGHTS),
    fault: () => undefined,
    answer: (request) => api.fault(request) ?? respond(api, request),
  };
  return api;
}

export function status(code: number, message: string, headers: Record<string, string> = {}): Reply {
  return { status: code, json: { kind: "Status", apiVersion: "v1", status: "Failure", message, code }, headers };
}

function respond(api: ScaleApi, request: Seen): Reply {
  const found = PATHS.find(({ of }) => of.test(request.path));
  const name = found?.of.exec(request.path)?.[1] ?? "";
  const right = `${request.method.toLowerCase()} ${found?.resource ?? request.path}`;
  if (!api.rights.has(right)) return status(403, `${name} is forbidden: User "cortex-coordinator" cannot ${right}`);
  if (found?.resource === "scaledobjects") {
    const annotations = api.scaledObjects.get(name);
    if (annotations === undefined) return status(404, `scaledobjects.keda.sh "${name}" not found`);
    return { json: { kind: "ScaledObject", metadata: { name, annotations } } };
  }
  const deployment = api.deployments.get(name);
  if (deployment === undefined) return status(404, `deployments.apps "${name}" not found`);
  return request.method === "PATCH" ? patch(deployment, name, request) : { json: scaleOf(name, deployment) };
}

/** A zero is left out: `replicas` has omitempty. */
function scaleOf(name: string, { replicas, version }: Deployment): unknown {
  const spec = replicas === 0 ? {} : { replicas };
  return { kind: "Scale", apiVersion: "autoscaling/v1", metadata: { name, resourceVersion: String(version) }, spec };
}

function patch(deployment: Deployment, name: string, { contentType, body }: Seen): Reply {
  if (contentType !== "application/merge-patch+json") return status(415, `unsupported media type ${contentType}`);
  const { metadata, spec } = body as { metadata?: { resourceVersion?: string }; spec: { replicas: number } };
  const expected = metadata?.resourceVersion;
  if (expected !== undefined && expected !== String(deployment.version)) {
    return status(409, `Operation cannot be fulfilled on deployments.apps "${name}": the object has been modified`);
  }
  deployment.replicas = spec.replicas;
  deployment.version += 1;
  return { json: scaleOf(name, deployment) };
}
