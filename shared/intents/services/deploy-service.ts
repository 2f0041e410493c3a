/**
 * A new service as the repository runs its own: a workload without privileges, its Service, and where it is asked for a
 * route from outside. What runs is in the catalogue, or is an image the repository runs already.
 */
import { withChanges } from "../../repository/change.ts";
import type { Platform } from "../../repository/platform.ts";
import { quotaRoom } from "../../repository/quota.ts";
import { workloadsOf } from "../../repository/workloads.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { catalogue, serviceOfImage } from "./catalogue/services.ts";
import { type Need, needsIn } from "./deploy-service-needs.ts";
import { serviceObjects } from "./deploy-service-objects.ts";
import { planService } from "./deploy-service-plan.ts";
import { type DeployService, deployServiceSchema } from "./deploy-service-schema.ts";

export const deployService: IntentDefinition<DeployService> = {
  kind: "deploy-service",
  purpose:
    "A new service with its workload, Service and where asked for a public route, from a catalogue or an image in use.",
  schema: deployServiceSchema,
  sizesPods: true,
  forms: spokenOf,
  candidates(platform, about) {
    return wanted(platform, about)
      .map((need) => candidateFor(platform, need))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

/** The services a text speaks of, or of what they are for. */
function spokenOf(about: string): readonly string[] {
  return catalogue.filter(({ spoken }) => spoken.test(about)).map(({ id }) => id);
}

/** Needs for what the text speaks of; that nothing is said lets every need count that has an address. */
function wanted(platform: Platform, about: string | undefined): readonly Need[] {
  const { needs } = needsIn(platform);
  if (about === undefined) return needs.filter(({ clients }) => clients > 0);
  const spoken = spokenOf(about);
  return needs.filter(({ service }) => spoken.includes(service.id));
}

function candidateFor(platform: Platform, need: Need): Candidate<DeployService> | undefined {
  const intent = intentFor(need);
  if (!deployServiceSchema.safeParse(intent).success) return undefined;
  const rendered = render(intent, platform);
  if (rendered.kind === "refused") return undefined;
  const { namespace, workload, name, because, clients } = need;
  const others = clients > 1 ? ` (${clients} workloads wait for it)` : "";
  return {
    intent,
    target: `${workload} ${namespace}/${name}`,
    namespace,
    because: `${because}${others}`,
    application: rendered.application,
    rank: clients === 0 ? 1 : 5 + Math.min(clients, 5),
  };
}

function intentFor({ namespace, name, workload, service, password }: Need): DeployService {
  const runs = { service: service.id, ...(password === undefined ? {} : { password }) };
  return { kind: "deploy-service", namespace, name, workload, runs };
}

function survey(platform: Platform, about?: string): Survey {
  const { unmet } = needsIn(platform);
  const done = workloadsOf(platform).flatMap(({ resource, containers, kind, name, namespace }) => {
    const service = containers.map(({ image }) => serviceOfImage(image)).find((one) => one !== undefined);
    const isRun = service !== undefined && resource.application !== undefined;
    return isRun ? [`${resource.path}: ${kind} ${namespace ?? ""}/${name} runs ${service.id}`] : [];
  });
  const open = wanted(platform, about).map((need): OpenPlace => {
    const rendered = render(intentFor(need), platform);
    const because = rendered.kind === "refused" ? `${need.because}: ${rendered.because}` : need.because;
    return { target: `${need.workload} ${need.namespace}/${need.name}`, namespace: need.namespace, because };
  });
  const unknown = unmet.map(({ namespace, name, because }) => ({
    target: `Service ${namespace}/${name}`,
    namespace,
    because,
  }));
  return { done, open: [...open, ...unknown] };
}

function render(intent: DeployService, platform: Platform): Rendered {
  const { namespace, name, workload } = intent;
  const plan = planService(platform, intent);
  if (typeof plan === "string") return refused(plan);
  const { application, software, storage, route } = plan;
  const written = writeNewObjects(platform, application, namespace, serviceObjects(intent, plan));
  if (typeof written === "string") return refused(written);
  const after = withChanges(platform, written.files);
  const over = quotaRoom(platform, after, namespace).find(({ verdict }) => verdict === "over");
  if (over !== undefined) return refused(over.message);
  const kept = storage === undefined ? "" : `, with ${storage.size} of storage`;
  return {
    kind: "rendered",
    ...written,
    application: application.name,
    changes: [
      `Added ${workload} ${namespace}/${name}: ${software.title} from ${software.image}${kept}`,
      `Added Service ${namespace}/${name} on port ${software.ports.map(({ port }) => port).join(", ")}`,
      ...(route?.changes ?? []),
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
