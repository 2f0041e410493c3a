/** What well-known software answers when it is asked how it is, by its own documentation; keyed by the image's last part. */
import type { Fields } from "../../repository/values.ts";
import { textAt } from "../../repository/values.ts";
import { type Container } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";

export interface KnownHttp {
  readonly port: number;
  readonly readiness: string;
  /** Absent where it has no endpoint that is about the process alone. */
  readonly liveness?: string;
}

const http: Readonly<Record<string, KnownHttp>> = {
  prometheus: { port: 9090, readiness: "/-/ready", liveness: "/-/healthy" },
  alertmanager: { port: 9093, readiness: "/-/ready", liveness: "/-/healthy" },
  pushgateway: { port: 9091, readiness: "/-/ready", liveness: "/-/healthy" },
  grafana: { port: 3000, readiness: "/api/health" },
  loki: { port: 3100, readiness: "/ready" },
  tempo: { port: 3200, readiness: "/ready" },
  qdrant: { port: 6333, readiness: "/readyz", liveness: "/livez" },
  weaviate: { port: 8080, readiness: "/v1/.well-known/ready", liveness: "/v1/.well-known/live" },
  minio: { port: 9000, readiness: "/minio/health/ready", liveness: "/minio/health/live" },
  etcd: { port: 2379, readiness: "/health" },
  vault: { port: 8200, readiness: "/v1/sys/health?standbyok=true" },
  keycloak: { port: 9000, readiness: "/health/ready", liveness: "/health/live" },
};

export function knownHttp({ image }: Container): KnownHttp | undefined {
  const name = imageName(image);
  return Object.hasOwn(http, name) ? http[name] : undefined;
}

/**
 * A command of the image itself that says whether a database takes connections. A connection that is opened and closed
 * again would do for most, but MySQL counts it as an error of the client and shuts it out in the end.
 */
export function knownCommand(container: Container): readonly string[] | undefined {
  switch (imageName(container.image)) {
    case "postgres":
    case "postgis":
    case "timescaledb":
    case "pgvector":
      return postgres(container);
    case "mysql":
      return ["mysqladmin", "ping", "-h", "127.0.0.1"];
    case "mariadb":
      return ["mariadb-admin", "ping", "-h", "127.0.0.1"];
    default:
      return undefined;
  }
}

/** With user and database, because the server logs an error for those it does not know; undefined when they are secret. */
function postgres({ spec }: Container): readonly string[] | undefined {
  const list = Array.isArray(spec["env"]) ? (spec["env"] as unknown[]) : [];
  const find = (name: string) => list.find((one) => textAt(one, "name") === name) as Fields | undefined;
  const value = (name: string) => textAt(find(name), "value");
  const given = find("POSTGRES_USER");
  const user = given === undefined ? "postgres" : value("POSTGRES_USER");
  const database = find("POSTGRES_DB") === undefined ? user : value("POSTGRES_DB");
  if (given === undefined && spec["envFrom"] !== undefined) return undefined;
  if (!isPlain(user) || !isPlain(database)) return undefined;
  return ["pg_isready", "-h", "127.0.0.1", "-U", user, "-d", database];
}

function isPlain(value: string | undefined): value is string {
  return value !== undefined && /^[A-Za-z_][\w.]{0,62}$/.test(value);
}
