/** A kubeconfig that points at the stand-in. The official client speaks plain HTTP only with TLS checks switched off. */
import { stringify } from "yaml";

export function kubeconfig(server: string, token: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "school", user: { token } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "school", namespace: "default" } }],
    "current-context": "sandbox",
  });
}
