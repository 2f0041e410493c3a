/** How a repository has its certificates issued by cert-manager: by which issuer, asked for in which way. */
import { mostCommon } from "./conventions.ts";
import { ofKind } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, fieldsAt, stringsAt, textAt } from "./values.ts";

export interface Issuance {
  readonly issuer: { readonly kind: "ClusterIssuer" | "Issuer"; readonly name: string };
  /** The annotation cert-manager's ingress-shim reads, or an object of kind Certificate. */
  readonly style: "annotation" | "certificate";
  readonly because: string;
}

const GROUP = "cert-manager.io/";
/** Annotation -> kind of issuer it names (cert-manager.io/docs/usage/ingress). */
const ANNOTATIONS = { "cert-manager.io/cluster-issuer": "ClusterIssuer", "cert-manager.io/issuer": "Issuer" } as const;

export function isCertificate({ apiVersion, kind }: Resource): boolean {
  return kind === "Certificate" && apiVersion.startsWith(GROUP);
}

/** The annotation that asks for an issuer of `kind`. */
export function issuerAnnotation(kind: Issuance["issuer"]["kind"]): string {
  return kind === "Issuer" ? "cert-manager.io/issuer" : "cert-manager.io/cluster-issuer";
}

/** The issuer an Ingress asks for by annotation. */
export function askedIssuer({ object }: Resource): Issuance["issuer"] | undefined {
  const annotations = stringsAt(object, "metadata", "annotations");
  for (const [key, kind] of Object.entries(ANNOTATIONS)) {
    const name = annotations[key];
    if (name !== undefined) return { kind, name };
  }
  return undefined;
}

/** How an Ingress of `namespace` gets its certificate here; a text says what is missing. */
export function issuanceIn(platform: Platform, namespace: string): Issuance | string {
  const usable = (issuer: Issuance["issuer"], home: string | undefined) =>
    issuer.kind === "ClusterIssuer" || home === namespace;
  const applied = platform.resources.filter(({ application }) => application !== undefined);
  const annotated = applied.flatMap((one) => {
    const issuer = one.kind === "Ingress" ? askedIssuer(one) : undefined;
    return issuer !== undefined && usable(issuer, one.namespace) ? [issuer] : [];
  });
  const written = applied.filter(isCertificate).flatMap(({ object, namespace: home }) => {
    const ref = fieldsAt(object, "spec", "issuerRef");
    const name = textAt(ref, "name");
    const kind = ref["kind"] === "ClusterIssuer" ? "ClusterIssuer" : ("Issuer" as const);
    return name !== undefined && usable({ kind, name }, home) ? [{ kind, name } as const] : [];
  });
  const style = annotated.length >= written.length && annotated.length > 0 ? "annotation" : "certificate";
  const key = mostCommon([...annotated, ...written].map(({ kind, name }) => `${kind}/${name}`));
  if (key !== undefined) {
    const [kind, name = ""] = key.split("/");
    const issuer = { kind: kind === "Issuer" ? "Issuer" : "ClusterIssuer", name } as const;
    return { issuer, style, because: `as the others here, by ${kind} ${name}` };
  }
  return onlyIssuer(platform, namespace);
}

/** Nobody asks for a certificate yet: the one issuer that is there, unless browsers would not trust it. */
function onlyIssuer(platform: Platform, namespace: string): Issuance | string {
  const all = [...ofKind(platform, "ClusterIssuer"), ...ofKind(platform, "Issuer")].filter(
    ({ apiVersion, application, kind, namespace: home }) =>
      apiVersion.startsWith(GROUP) && application !== undefined && (kind === "ClusterIssuer" || home === namespace),
  );
  if (all.length === 0) return "no ClusterIssuer or Issuer of cert-manager is evident in the repository";
  const trusted = all.filter(({ object }) => !isForTests(object));
  const [issuer, second] = trusted;
  if (issuer === undefined) return `${all[0]?.kind} ${all[0]?.name} issues certificates nobody trusts`;
  if (second !== undefined) return `there are ${trusted.length} issuers and nothing shows which one is meant`;
  const { name, path } = issuer;
  const kind = issuer.kind === "Issuer" ? "Issuer" : "ClusterIssuer";
  return { issuer: { kind, name }, style: "certificate", because: `${path} holds ${kind} ${name}` };
}

/** Self-signed, or an ACME server for trials (letsencrypt.org/docs/staging-environment). */
function isForTests(object: Resource["object"]): boolean {
  const server = textAt(object, "spec", "acme", "server") ?? "";
  return at(object, "spec", "selfSigned") !== undefined || /staging|pebble|\btest\b/i.test(server);
}
