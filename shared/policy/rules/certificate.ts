/** The shape of cert-manager's Certificate. */
import * as z from "zod";

const text = z.string().min(1);
const Duration = z.string().regex(/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/, "not a duration");

/** The CRD's own schema (cert-manager v1.19, cert-manager.io/v1) as far as it is ever written, with nothing beside it. */
const Certificate = z.strictObject({
  apiVersion: z.literal("cert-manager.io/v1"),
  kind: z.literal("Certificate"),
  metadata: z.looseObject({ name: text }),
  spec: z
    .strictObject({
      secretName: text,
      issuerRef: z.strictObject({ name: text, kind: text.optional(), group: text.optional() }),
      commonName: z.string().max(64).optional(),
      dnsNames: z.array(text).min(1).optional(),
      ipAddresses: z.array(text).optional(),
      uris: z.array(text).optional(),
      emailAddresses: z.array(text).optional(),
      duration: Duration.optional(),
      renewBefore: Duration.optional(),
      usages: z.array(text).optional(),
      isCA: z.boolean().optional(),
      revisionHistoryLimit: z.int().min(1).optional(),
      privateKey: z
        .strictObject({
          algorithm: z.enum(["RSA", "ECDSA", "Ed25519"]).optional(),
          encoding: z.enum(["PKCS1", "PKCS8"]).optional(),
          rotationPolicy: z.enum(["Never", "Always"]).optional(),
          size: z.int().optional(),
        })
        .optional(),
      secretTemplate: z
        .strictObject({
          annotations: z.record(z.string(), z.string()).optional(),
          labels: z.record(z.string(), z.string()).optional(),
        })
        .optional(),
    })
    .refine((spec) => [spec.commonName, spec.dnsNames, spec.ipAddresses, spec.uris].some((one) => one !== undefined), {
      message: "it names nothing to certify",
    }),
});

export function certificateProblem(object: unknown): string | undefined {
  const parsed = Certificate.safeParse(object);
  if (parsed.success) return undefined;
  return parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "object"}: ${message}`)
    .join("; ");
}
