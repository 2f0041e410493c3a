/**
 * Serves an Ingress over TLS with a certificate cert-manager issues and renews, asked for the way the repository does
 * it. The certificate and the Ingress's `tls` block are one change: one without the other would have no effect.
 */
import * as z from "zod";
import {
  askedIssuer,
  type Issuance,
  isCertificate,
  issuanceIn,
  issuerAnnotation,
} from "../../repository/cert-manager.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { type Fields, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import type { Edit } from "../edit/text-edit.ts";
import { editResource } from "../edit/workload-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { editableIn, findResource } from "../targets.ts";

const schema = z.strictObject({ kind: z.literal("add-certificate"), namespace: labelName, ingress: objectName });
export type AddCertificate = z.infer<typeof schema>;

/** Longest host a certificate's common name takes, and a label of DNS (RFC 5280, RFC 1035). */
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)+$/;
/** Names no public authority certifies (RFC 6761, RFC 8375 and what people use like them). */
const PRIVATE = /\.(local|localhost|internal|intranet|lan|home|arpa|test|example|invalid|svc)$/;
/** Certificates that come from elsewhere, or an entry point that would not serve them. */
const OTHERWISE =
  /certificate-arn|managed-certificates|pre-shared-cert|ssl-passthrough|router\.(entrypoints|tls)|tls-acme/;

export const addCertificate: IntentDefinition<AddCertificate> = {
  kind: "add-certificate",
  purpose: "A cert-manager Certificate for an Ingress that serves without one.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return ingressesOf(platform)
      .map((ingress): Candidate<AddCertificate> | undefined => {
        const { name, namespace } = ingress;
        const plan = planFor(platform, ingress);
        if (typeof plan === "string" || namespace === undefined) return undefined;
        const intent: AddCertificate = { kind: "add-certificate", namespace, ingress: name };
        if (render(intent, platform).kind === "refused") return undefined;
        return {
          intent,
          target: `Ingress ${namespace}/${name}`,
          namespace,
          because: `${plan.hosts[0]} is served without TLS; ${plan.issuance.because}`,
          application: plan.application.name,
          rank: plan.hosts.length,
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function ingressesOf(platform: Platform): readonly Resource[] {
  return ofKind(platform, "Ingress").filter(
    ({ apiVersion, application }) => apiVersion === "networking.k8s.io/v1" && application !== undefined,
  );
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const ingress of ingressesOf(platform)) {
    const { name, namespace, path } = ingress;
    const target = `Ingress ${namespace ?? ""}/${name}`;
    const otherwise = servedOtherwise(platform, ingress);
    const plan = planFor(platform, ingress);
    if (itemsAt(ingress.object, "spec", "tls").length > 0) done.push(`${path}: ${target}`);
    else if (otherwise !== undefined) exempt.push({ target, namespace, because: otherwise });
    else open.push({ target, namespace, because: typeof plan === "string" ? plan : "it has no tls" });
  }
  return { done, open, exempt };
}

/** Why a `tls` block here would do no good. */
function servedOtherwise(platform: Platform, { object, name, namespace }: Resource): string | undefined {
  // cert-manager makes them for the time of a challenge, which has to be answered without TLS.
  const solver = stringsAt(object, "metadata", "labels")["acme.cert-manager.io/http01-solver"] !== undefined;
  if (solver || name.startsWith("cm-acme-http-solver-")) return "it answers challenges of cert-manager";
  const hosts = itemsAt(object, "spec", "rules").flatMap((rule) => textAt(rule, "host") ?? []);
  const other = inNamespace(platform, namespace).find((one) => {
    const secured =
      one.kind === "Ingress" ? itemsAt(one.object, "spec", "tls").flatMap((tls) => listAt(tls, "hosts")) : [];
    return hosts.length > 0 && hosts.every((host) => secured.includes(host));
  });
  if (other !== undefined && other.name !== name) return `Ingress ${other.name} serves its hosts over TLS`;
  const annotation = Object.keys(stringsAt(object, "metadata", "annotations")).find((key) => OTHERWISE.test(key));
  return annotation === undefined ? undefined : `annotation ${annotation.slice(0, 200)} decides about its TLS`;
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly hosts: readonly string[];
  readonly issuance: Issuance;
  readonly secretName: string;
}

/** Everything a certificate for `ingress` needs, or what is missing. */
function planFor(platform: Platform, ingress: Resource): Plan | string {
  const application = editableIn(platform, ingress);
  if (typeof application === "string") return application;
  const { object, name, namespace = "" } = ingress;
  if (itemsAt(object, "spec", "tls").length > 0) return `Ingress ${namespace}/${name} has tls already`;
  const otherwise = servedOtherwise(platform, ingress);
  if (otherwise !== undefined) return otherwise;
  const rules = itemsAt(object, "spec", "rules").map((rule) => textAt(rule, "host"));
  const hosts = [...new Set(rules.filter((host) => host !== undefined))].sort();
  if (hosts.length === 0 || rules.includes(undefined)) return "it takes requests for any host";
  const odd = hosts.find((host) => !HOST.test(host));
  if (odd !== undefined) return `a certificate for ${JSON.stringify(odd.slice(0, 100))} needs more than an issuer`;
  const hidden = hosts.find((host) => PRIVATE.test(host));
  const issuance = issuanceIn(platform, namespace);
  if (typeof issuance === "string") return issuance;
  if (hidden !== undefined && isAcme(platform, issuance)) return `no public authority certifies ${hidden}`;
  if (askedIssuer(ingress) !== undefined) return "it asks for a certificate already, but names no tls";
  const secretName = `${name.slice(0, 249)}-tls`;
  const taken = inNamespace(platform, namespace).find((one) => namesSecret(one, secretName));
  if (taken !== undefined) return `${taken.kind} ${taken.name} uses Secret ${secretName} already`;
  return { application, hosts, issuance, secretName };
}

function isAcme(platform: Platform, { issuer }: Issuance): boolean {
  const known = ofKind(platform, issuer.kind).find(({ name }) => name === issuer.name);
  return known === undefined ? /acme|letsencrypt|zerossl/.test(issuer.name) : "acme" in Object(known.object["spec"]);
}

function namesSecret(resource: Resource, secretName: string): boolean {
  const { kind, name, object } = resource;
  if (kind === "Secret") return name === secretName;
  if (isCertificate(resource)) return name === secretName || textAt(object, "spec", "secretName") === secretName;
  return kind === "Ingress" && itemsAt(object, "spec", "tls").some((one) => one["secretName"] === secretName);
}

function render({ namespace, ingress: name }: AddCertificate, platform: Platform): Rendered {
  const ingress = findResource(platform, "Ingress", namespace, name);
  if (typeof ingress === "string") return { kind: "refused", because: ingress };
  if (ingress.apiVersion !== "networking.k8s.io/v1") return { kind: "refused", because: "it is of an older API" };
  const plan = planFor(platform, ingress);
  if (typeof plan === "string") return { kind: "refused", because: `Ingress ${namespace}/${name}: ${plan}` };
  const { application, hosts, issuance, secretName } = plan;
  const { issuer, style } = issuance;
  const edits: Edit[] = [{ path: ["spec"], add: { tls: [{ hosts, secretName }] }, after: ["ingressClassName"] }];
  if (style === "annotation") {
    const annotations: Fields = { [issuerAnnotation(issuer.kind)]: issuer.name };
    edits.push({ path: ["metadata"], add: { annotations }, after: ["labels", "namespace", "name"] });
  }
  const file = editResource(platform, ingress, edits);
  if (typeof file === "string") return { kind: "refused", because: file };
  const issuerRef = { name: issuer.name, kind: issuer.kind, group: "cert-manager.io" };
  const body = { spec: { secretName, dnsNames: hosts, issuerRef } };
  const certificate = { apiVersion: "cert-manager.io/v1", kind: "Certificate", name: secretName, body };
  const written = style === "annotation" ? undefined : writeNewObjects(platform, application, namespace, [certificate]);
  if (typeof written === "string") return { kind: "refused", because: written };
  const { apiVersion } = ingress;
  return {
    kind: "rendered",
    files: [file, ...(written?.files ?? [])],
    objects: [{ apiVersion, kind: "Ingress", namespace, name, effect: "change" }, ...(written?.objects ?? [])],
    application: application.name,
    changes: [
      `Ingress ${namespace}/${name} serves ${hosts.slice(0, 5).join(", ")} over TLS`,
      `The certificate comes from ${issuer.kind} ${issuer.name}, into Secret ${secretName}`,
    ],
  };
}
