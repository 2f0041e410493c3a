/**
 * What we use of the official client, by name. `import("@kubernetes/client-node")` would bring all of it, 4 MB of typed
 * models; through this file the bundler keeps a third.
 */
export { KubeConfig } from "@kubernetes/client-node";
