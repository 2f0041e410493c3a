/** What an intent's fields may hold. An intent is stored and read again, so nothing about it is taken on trust. */
import * as z from "zod";
import { parseQuantity } from "../repository/quantity.ts";

/** RFC 1123 subdomain, as Kubernetes names most objects. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/, "not a Kubernetes name");

/** RFC 1123 label: namespaces and Services. */
export const labelName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/, "not a Kubernetes name");

/** `250m`, `512Mi`, `2`: positive, no exponents. */
export const quantity = z
  .string()
  .max(20)
  .regex(/^\d+(?:\.\d+)?(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, "not a quantity")
  .refine((value) => (parseQuantity(value) ?? 0) > 0, "must be more than nothing");
