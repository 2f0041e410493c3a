/** What Pod Security "restricted" asks of pods the school writes (kubernetes.io/docs/concepts/security/pod-security-standards). */
import type { Fields } from "../repository/values.ts";

export interface PodUser {
  /** Numeric, because the kubelet can check only numbers; absent where the image itself names one that is not root. */
  readonly user?: number;
  readonly group?: number;
  /** Owner of mounted volumes. */
  readonly fsGroup?: number;
}

/** `spec.securityContext` of a pod. */
export function restrictedPod({ user, group, fsGroup }: PodUser = {}): Fields {
  return {
    runAsNonRoot: true,
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(group === undefined ? {} : { runAsGroup: group }),
    ...(fsGroup === undefined ? {} : { fsGroup }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** `securityContext` of a container, init containers included. */
export function restrictedContainer(): Fields {
  return { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
}
