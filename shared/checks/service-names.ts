/** Which Services a text names, as programs are told whom to talk to. Text is untrusted: bounded, and only ever asked for by name. */
import { referencesIn } from "../repository/services.ts";
import type { Told } from "./pod-spec.ts";

export interface NamedService {
  readonly namespace: string;
  readonly name: string;
  /** Written out (`redis.shop.svc`): it can be nothing else. Anything shorter may be a name of the outside world. */
  readonly isFull: boolean;
}

const LABEL = "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?";
const HOST = `(${LABEL})(?:\\.(${LABEL}))?`;
/** One pod of a StatefulSet, by the Service that governs it: `kafka-0.kafka.data.svc`. */
const POD = new RegExp(`(?<![-a-z0-9.])[a-z0-9][-a-z0-9]{0,62}\\.(${LABEL})\\.(${LABEL})\\.svc(?![-a-z0-9])`, "g");
/** `http://redis:6379`, `postgres://user:word@db.data/orders`. */
const ADDRESS = new RegExp(`://(?:[^\\s/@"']{0,200}@)?${HOST}(?=[:/?#"'\\s,;]|$)`, "g");
/** `redis:6379`. */
const WITH_PORT = new RegExp(`(?<![-\\w./:@])${HOST}:\\d{2,5}(?!\\d)`, "g");
const ALONE = new RegExp(`^${HOST}$`);
/** Variables whose value is a host. */
const HOST_VARIABLE =
  /(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVERS|ENDPOINT|BROKER|BROKERS|SERVICE|URL|URI)(?:_|$)/i;
const LONGEST = 100_000;

/** `home`: the namespace short names are looked up in. Without repetitions, those written out first. */
export function servicesNamed(told: readonly Told[], home: string): readonly NamedService[] {
  const found = told.flatMap(({ variable, text: all }) => {
    const text = all.slice(0, LONGEST);
    const full = [
      ...referencesIn(text, "").map(({ service: name, namespace }) => ({ namespace, name, isFull: true })),
      ...[...text.matchAll(POD)].map(([, name = "", namespace = ""]) => ({ namespace, name, isFull: true })),
    ];
    const alone = HOST_VARIABLE.test(variable) ? ALONE.exec(text.trim()) : null;
    const short = [...text.matchAll(ADDRESS), ...text.matchAll(WITH_PORT), ...(alone === null ? [] : [alone])];
    return [...full, ...short.map(([, name = "", namespace = home]) => ({ namespace, name, isFull: false }))];
  });
  const named = found.filter(({ name }) => name !== "localhost").sort((a, b) => Number(b.isFull) - Number(a.isFull));
  const first = new Map<string, NamedService>();
  for (const one of named) {
    const id = `${one.namespace}/${one.name}`;
    if (!first.has(id)) first.set(id, one);
  }
  return [...first.values()];
}
