/** Kubernetes events: repeated ones are counted, old ones forgotten. */
import { digest } from "./json.ts";
import { time } from "./pod.ts";
import { type KubeObject, type ObjectStore, refOf } from "./store.ts";

export interface Happening {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly source: string;
}

const KEPT = 1_000;

export function recordEvent(store: ObjectStore, about: KubeObject, happening: Happening, now: number): void {
  const { type, reason, message, source } = happening;
  const namespace = about.metadata.namespace ?? "default";
  const name = `${about.metadata.name}.${digest([about.kind, about.metadata.uid, reason, message], 16)}`;
  const ref = { group: "", kind: "Event", namespace, name };
  const before = store.get(ref);
  const count = typeof before?.["count"] === "number" ? before["count"] + 1 : 1;
  store.put({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      namespace,
      name: about.metadata.name,
      uid: about.metadata.uid,
    },
    type,
    reason,
    message,
    count,
    source: { component: source },
    reportingComponent: source,
    firstTimestamp: before?.["firstTimestamp"] ?? time(now),
    lastTimestamp: time(now),
  });
  if (before === undefined) forgetOldest(store);
}

function forgetOldest(store: ObjectStore): void {
  const events = store.list("", "Event");
  if (events.length <= KEPT) return;
  const byAge = [...events].sort((a, b) => (String(a["lastTimestamp"]) < String(b["lastTimestamp"]) ? -1 : 1));
  for (const event of byAge.slice(0, events.length - KEPT)) store.remove(refOf(event));
}
