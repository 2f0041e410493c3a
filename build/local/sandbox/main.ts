/** The stand-in as a process of its own: prints one JSON line {url, prometheusUrl, kubeconfig} when it is ready. */
import { parseArgs } from "node:util";
import { startSandbox } from "./sandbox.ts";

const usage =
  "usage: node build/local/sandbox/main.ts --repository <path or URL> [--branch main] [--public-url URL] [--port 0] " +
  "[--prometheus-port 0] [--poll-ms 120000] [--data-dir folder]";

const { values } = parseArgs({
  options: {
    repository: { type: "string" },
    branch: { type: "string", default: "main" },
    "public-url": { type: "string" },
    port: { type: "string", default: "0" },
    "prometheus-port": { type: "string", default: "0" },
    "poll-ms": { type: "string", default: "120000" },
    "data-dir": { type: "string" },
  },
});
if (values.repository === undefined) {
  console.error(usage);
  process.exit(2);
}

const replicas = new Map<string, number>();
const sandbox = await startSandbox({
  repository: values.repository,
  branch: values.branch,
  port: Number(values.port),
  prometheusPort: Number(values["prometheus-port"]),
  pollMs: Number(values["poll-ms"]),
  ...(values["public-url"] === undefined ? {} : { publicUrl: values["public-url"] }),
  ...(values["data-dir"] === undefined ? {} : { dataDir: values["data-dir"] }),
  scaleTarget: {
    replicas: (name) => replicas.get(name) ?? 0,
    // Whoever started this process reads the wish from its output, one JSON object per line.
    onScale(name, wanted) {
      replicas.set(name, wanted);
      console.log(JSON.stringify({ scale: { name, replicas: wanted } }));
    },
  },
});
console.log(
  JSON.stringify({ url: sandbox.url, prometheusUrl: sandbox.prometheusUrl, kubeconfig: sandbox.kubeconfig() }),
);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void sandbox.close());
