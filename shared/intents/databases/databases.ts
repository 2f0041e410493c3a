/** The databases the school can back up: how to recognise one, and the dump its own image can make. */
import type { Fields } from "../../repository/values.ts";
import { fieldsAt, isFields, itemsAt, textAt } from "../../repository/values.ts";
import type { Container } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";

export type DatabaseKind = "postgres" | "mysql" | "redis" | "mongodb";

export interface Database {
  readonly kind: DatabaseKind;
  readonly image: RegExp;
  readonly port: number;
  /** Ending of a dump's file name. */
  readonly suffix: string;
  /** Names of variables of the database's own container -> variable of the dump. The first that is there is taken. */
  readonly credentials: readonly { readonly as: string; readonly from: readonly string[]; readonly secret: boolean }[];
  /** Without these it cannot log in; a database that may run without a password has none. */
  readonly required: readonly string[];
  /** Writes a dump of $HOST:$PORT to $TARGET. Fixed text: every value comes by environment. */
  readonly dump: string;
}

export const databases: readonly Database[] = [
  {
    kind: "postgres",
    image: /^(postgres|postgresql|timescaledb|timescaledb-ha|pgvector|postgis)$/,
    port: 5432,
    suffix: "sql.gz",
    credentials: [
      { as: "PGPASSWORD", from: ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "PGPASSWORD"], secret: true },
      { as: "PGUSER", from: ["POSTGRES_USER", "POSTGRESQL_USERNAME", "PGUSER"], secret: false },
    ],
    required: ["PGPASSWORD"],
    dump: `pg_dumpall --clean --if-exists --no-role-passwords -h "$HOST" -p "$PORT" -U "\${PGUSER:-postgres}" -l postgres -f "$TARGET.raw"
gzip -c "$TARGET.raw" > "$TARGET"`,
  },
  {
    kind: "mysql",
    image: /^(mysql|mysql-server|mariadb|percona)$/,
    port: 3306,
    suffix: "sql.gz",
    credentials: [{ as: "MYSQL_PWD", from: ["MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD"], secret: true }],
    required: ["MYSQL_PWD"],
    dump: `DUMP=$(command -v mariadb-dump || command -v mysqldump)
"$DUMP" -h "$HOST" -P "$PORT" -u root --single-transaction --routines --events --all-databases --result-file="$TARGET.raw"
gzip -c "$TARGET.raw" > "$TARGET"`,
  },
  {
    kind: "redis",
    image: /^(redis|valkey|redis-stack-server)$/,
    port: 6379,
    suffix: "rdb",
    credentials: [{ as: "REDISCLI_AUTH", from: ["REDIS_PASSWORD", "REDISCLI_AUTH", "VALKEY_PASSWORD"], secret: true }],
    required: [],
    dump: `CLI=$(command -v redis-cli || command -v valkey-cli)
"$CLI" -h "$HOST" -p "$PORT" --rdb "$TARGET"`,
  },
  {
    kind: "mongodb",
    image: /^(mongo|mongodb|mongodb-community-server)$/,
    port: 27017,
    suffix: "archive.gz",
    credentials: [
      { as: "MONGO_PASSWORD", from: ["MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"], secret: true },
      { as: "MONGO_USER", from: ["MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_USER"], secret: false },
    ],
    required: [],
    dump: 'mongodump --host "$HOST" --port "$PORT" ${MONGO_USER:+--username "$MONGO_USER" --password "$MONGO_PASSWORD" --authenticationDatabase admin} --archive="$TARGET" --gzip',
  },
];

/** The database a container runs, by the name of its image. */
export function databaseIn({ image }: Container): Database | undefined {
  const name = imageName(image);
  return databases.find((database) => database.image.test(name));
}

/**
 * The variables a dump needs, taken over from the database's container: secrets only as the very `secretKeyRef` that is
 * there. A text says what is missing.
 */
export function credentialsFor(database: Database, container: Container): readonly Fields[] | string {
  const env = itemsAt(container.spec, "env");
  const found: Fields[] = [];
  for (const { as, from, secret } of database.credentials) {
    const entry = from.map((name) => env.find((one) => one["name"] === name)).find((one) => one !== undefined);
    if (entry === undefined) continue;
    const reference = fieldsAt(entry, "valueFrom", "secretKeyRef");
    const isReference = textAt(reference, "name") !== undefined && textAt(reference, "key") !== undefined;
    const value = textAt(entry, "value");
    if (isReference) {
      const { name, key } = reference;
      found.push({ name: as, valueFrom: { secretKeyRef: { name, key } } });
    } else if (!secret && value !== undefined && !value.includes("$(")) found.push({ name: as, value });
    else return `${String(entry["name"])} is not taken from a Secret by secretKeyRef`;
  }
  const missing = database.required.find((name) => !found.some((one) => one["name"] === name));
  if (missing !== undefined) {
    const names = database.credentials.find(({ as }) => as === missing)?.from ?? [missing];
    return `no secretKeyRef for ${names.slice(0, 2).join(" or ")} on container ${container.name}`;
  }
  const hidden = found.length === 0 ? hiddenPassword(container) : undefined;
  return hidden ?? found;
}

/** A database that seems open may take its password from where the manifests do not show it. */
function hiddenPassword({ spec, name }: Container): string | undefined {
  if (itemsAt(spec, "envFrom").length > 0)
    return `container ${name} takes its variables by envFrom; the keys are not visible`;
  const words = [spec["command"], spec["args"]].flat().map(String).join(" ");
  if (/requirepass|--auth\b|aclfile|password/i.test(words))
    return `container ${name} sets a password on its command line`;
  if (/\.conf\b|--config\b/i.test(words)) return `container ${name} reads a configuration file that may set a password`;
  const mounts = itemsAt(spec, "volumeMounts").filter(isFields);
  const configured = mounts.some((mount) => /\.conf$|\/etc\/|bitnami/.test(textAt(mount, "mountPath") ?? ""));
  return configured ? `container ${name} mounts a configuration that may set a password` : undefined;
}
