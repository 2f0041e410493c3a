/**
 * Parts of packages that every function would load at its cold start and none ever reaches: the school speaks to one Redis,
 * never to a cluster or by Sentinels, and writes its log itself. They stay outside of bundles; a reach for one throws.
 */
import path from "node:path";
import type { Plugin } from "esbuild";

/** Ends of module files -> what is bundled instead. */
const modules: Readonly<Record<string, string>> = {
  "ioredis/built/cluster/index.js": `
    exports.default = class Cluster { constructor() { throw new Error("Redis Cluster is not part of this bundle"); } };`,
  "ioredis/built/connectors/SentinelConnector/index.js": `
    exports.default = class SentinelConnector { constructor() { throw new Error("Sentinels are not part of this bundle"); } };
    exports.SentinelIterator = undefined;`,
  // Certificates of one vendor, for a short name nobody uses here.
  "ioredis/built/constants/TLSProfiles.js": "exports.default = {};",
  // Threads that carry logs elsewhere.
  "pino/lib/transport.js": `
    module.exports = () => { throw new Error("transports of the log are not part of this bundle"); };`,
};

const ENDS = Object.keys(modules);

export const slimPackages: Plugin = {
  name: "slim-packages",
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/](ioredis|pino)[\\/]/ }, ({ path: file }) => {
      const name = file.split(path.sep).join("/");
      const end = ENDS.find((one) => name.endsWith(`/node_modules/${one}`));
      return end === undefined ? undefined : { contents: modules[end] ?? "", loader: "js" };
    });
  },
};
