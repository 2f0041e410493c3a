/** What the intent to deploy a service may hold. */
import * as z from "zod";
import { labelName, objectName, quantity } from "../schema.ts";
import { SERVICE_WORKLOADS } from "./catalogue/entry.ts";
import { catalogue } from "./catalogue/services.ts";

/** RFC 1035 label: a Service's name is a name of DNS. */
export const serviceName = z
  .string()
  .max(63)
  .regex(/^[a-z](?:[-a-z0-9]*[a-z0-9])?$/, "not a name a Service can have");

/** `registry/repository`, with the tag or digest of one of its images where several are in use. */
const image = z
  .string()
  .max(300)
  .regex(
    /^[a-z0-9][-a-z0-9._]*(?::\d{2,5})?(?:\/[a-z0-9][-a-z0-9._]*)*(?::[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    "not an image",
  );

/** RFC 1123, in lower case, without a wildcard. */
export const hostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)+$/, "not a host name");

const path = z
  .string()
  .max(200)
  .regex(/^\/(?:[-\w.~]+\/?)*$/, "not a plain path")
  .refine((value) => !value.split("/").some((part) => part === "." || part === ".."), "not a plain path");
/** Folders the system or the image is made of: a volume would hide what is in them. */
const BUILT =
  /^\/(?:(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|tmp|usr)(?:\/|$)|(?:var|var\/lib|opt|home|srv|app)?\/?$)/;
const dataPath = path.refine((value) => !BUILT.test(value), "not a folder for data");

const values = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });

const fromCatalogue = z.strictObject({
  service: z.enum(catalogue.map(({ id }) => id)),
  /** The Secret its clients take their password from, where it is to ask for one. */
  password: z
    .strictObject({
      name: objectName,
      key: z
        .string()
        .max(253)
        .regex(/^[-._a-zA-Z0-9]+$/, "not a key of a Secret"),
    })
    .optional(),
});
const ownImage = z.strictObject({
  image,
  /** Ports under 1024 need a right that pods here do not have. */
  port: z.int().min(1024).max(65535),
  /** Answers when it is ready; without one it is asked for a connection. */
  health: path.optional(),
  /** Where a StatefulSet keeps its data. */
  data: dataPath.optional(),
  /** To be reached from outside under this name. */
  host: hostName.optional(),
});

export const deployServiceSchema = z.strictObject({
  kind: z.literal("deploy-service"),
  namespace: labelName,
  name: serviceName,
  workload: z.enum(SERVICE_WORKLOADS),
  runs: z.union([fromCatalogue, ownImage]),
  storage: quantity.optional(),
  requests: values.optional(),
  limits: values.optional(),
});
export type DeployService = z.infer<typeof deployServiceSchema>;
export type OwnImage = z.infer<typeof ownImage>;
