/**
 * The three steps of a rotation, each safe to run again after a crash anywhere. The new password is kept under
 * `<key>.next` of the Secret before the database hears of it, so at every moment the password the database takes stands
 * in the Secret: under `<key>` or under `<key>.next`. Fixed texts: every value comes by environment or by file.
 */
import type { DatabaseKind } from "../databases/databases.ts";

/** Version, password and next password (as base64) in one request, so that they belong together. */
const READ = `kubectl get secret "$SECRET" --namespace "$NAMESPACE" --output "go-template=$TEMPLATE" > /rotation/state
read -r VERSION CURRENT NEXT < /rotation/state || test -n "$VERSION"`;

/** Nothing is written over what somebody else wrote since it was read: the API refuses another resourceVersion. */
const START = `set -eu
umask 077
TEMPLATE="{{.metadata.resourceVersion}} {{with index .data \\"$KEY\\"}}{{.}}{{else}}-{{end}} {{with index .data \\"$KEY.next\\"}}{{.}}{{end}}"
write() {
  printf '{"metadata":{"resourceVersion":"%s"},"data":{"%s":%s}}' "$VERSION" "$1" "$2" > /rotation/patch
  kubectl patch secret "$SECRET" --namespace "$NAMESPACE" --type merge --patch-file /rotation/patch
}
${READ}`;

/** With kubectl: a next password is there, in the Secret first and then in files for the step after it. */
export const PREPARE = `${START}
if [ "$CURRENT" = - ]; then
  echo "Secret $SECRET has no key $KEY" >&2
  exit 1
fi
if [ -z "$NEXT" ]; then
  PLAIN=$(head -c 1024 /dev/urandom | LC_ALL=C tr -dc A-Za-z0-9 | head -c 32)
  test "\${#PLAIN}" -eq 32
  NEXT=$(printf %s "$PLAIN" | base64)
  write "$KEY.next" "\\"$NEXT\\""
fi
printf %s "$CURRENT" | base64 -d > /rotation/current
printf %s "$NEXT" | base64 -d > /rotation/next
`;

/** With kubectl: what the database takes now becomes what everybody reads, who reads it is restarted, and it is done. */
export const PUBLISH = `${START}
if [ "$NEXT" != "$(base64 < /rotation/next)" ]; then
  echo "Secret $SECRET was changed by somebody else meanwhile" >&2
  exit 1
fi
write "$KEY" "\\"$NEXT\\""
for WORKLOAD in $WORKLOADS; do
  kubectl rollout restart "$WORKLOAD" --namespace "$NAMESPACE"
done
${READ}
write "$KEY.next" null
`;

/** `login PASSWORD` tells whether the database takes it; `change PASSWORD` sets the next one, logged in by PASSWORD. */
const CLIENTS: Readonly<Partial<Record<DatabaseKind, string>>> = {
  // The server may log statements; what a superuser can switch off for this one, is.
  postgres: `client() {
  PASSWORD=$1
  shift
  PGPASSWORD=$PASSWORD psql -w -X -q -h "$HOST" -p "$PORT" -U "\${PGUSER:-postgres}" -d postgres "$@"
}
login() { client "$1" -c 'SELECT 1' > /dev/null; }
change() {
  client "$1" <<'SQL'
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\\set ON_ERROR_STOP 1
\\set next \`cat /rotation/next\`
ALTER ROLE CURRENT_USER PASSWORD :'next';
SQL
}`,
  mysql: `CLI=$(command -v mariadb || command -v mysql)
client() { MYSQL_PWD=$1 "$CLI" -h "$HOST" -P "$PORT" -u root; }
login() { echo 'SELECT 1;' | client "$1" > /dev/null; }
change() {
  printf "ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY '%s';\\nALTER USER CURRENT_USER() IDENTIFIED BY '%s';\\n" "$NEXT" "$NEXT" |
    client "$1"
}`,
  redis: `CLI=$(command -v redis-cli || command -v valkey-cli)
client() { REDISCLI_AUTH=$1 VALKEYCLI_AUTH=$1 "$CLI" -h "$HOST" -p "$PORT"; }
login() { [ "$(echo PING | client "$1")" = PONG ]; }
change() { [ "$(printf 'CONFIG SET requirepass %s\\n' "$NEXT" | client "$1")" = OK ]; }`,
};

/** With the database's own client: sets the next password, or finds it set. Undefined: nobody knows how. */
export function changeScript(kind: DatabaseKind): string | undefined {
  const client = CLIENTS[kind];
  if (client === undefined) return undefined;
  return `set -eu
NEXT=$(cat /rotation/next)
${client}
if login "$NEXT"; then
  WORKING=$NEXT
elif login "$(cat /rotation/current)"; then
  WORKING=$(cat /rotation/current)
else
  echo "the database takes neither the password of the Secret nor the next one" >&2
  exit 1
fi
change "$WORKING"
login "$NEXT"
`;
}
