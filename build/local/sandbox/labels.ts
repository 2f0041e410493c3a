/** Names the platform gives to annotations and namespaces. */

/** What `kubectl apply` keeps to tell its own fields from others'. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** Which Application an object belongs to (annotation tracking, the default since Argo CD 3.0). */
export const TRACKING = "argocd.argoproj.io/tracking-id";
export const REFRESH = "argocd.argoproj.io/refresh";
export const ARGOCD_NAMESPACE = "argocd";
