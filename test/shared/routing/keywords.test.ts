import { describe, expect, test } from "vitest";
import { CATEGORIES, type Expert } from "../../../shared/domain/improvement.ts";
import { SCHOOL_RULES } from "../../../shared/routing/keywords/generated.ts";
import { keywordVote } from "../../../shared/routing/keywords/vote.ts";
import type { RoutableText } from "../../../shared/routing-ports.ts";

const said = (title: string, over: Partial<RoutableText> = {}): RoutableText => ({
  title,
  description: "",
  implementation_notes: "",
  type: "technique",
  ...over,
});

/** Titles whose nouns, claims or substrings lead elsewhere than what they ask for. */
const adversarial: readonly (readonly [string, Expert])[] = [
  ["Set memory limits on the Postgres StatefulSet", "architecture"],
  ["Add a PodDisruptionBudget to the Redis replicas", "architecture"],
  ["Add readiness probes to the Vault deployment", "architecture"],
  ["Spread the Keycloak pods over three zones with topology constraints", "architecture"],
  ["Autoscale the database proxy with KEDA", "architecture"],
  ["Set CPU requests for the Grafana and Prometheus pods", "architecture"],
  ["Pin the image tag of the MySQL backup sidecar", "architecture"],
  ["Alert on Postgres replication lag", "monitoring"],
  ["Build a Grafana dashboard for MongoDB connections", "monitoring"],
  ["Scrape the Redis exporter with a ServiceMonitor", "monitoring"],
  ["Alert when a TLS certificate is about to expire", "monitoring"],
  ["Ship the logs of the ingress controller to Loki", "monitoring"],
  ["Trace encrypted requests across services with OpenTelemetry", "monitoring"],
  ["Dashboard for authentication failures", "monitoring"],
  ["Add a default-deny NetworkPolicy to the redis namespace", "security"],
  ["Rotate the Postgres password every month", "security"],
  ["Reduce RBAC of the monitoring service account to least privilege", "security"],
  ["Encrypt the etcd volumes at rest", "security"],
  ["Scan database images for vulnerabilities with Trivy", "security"],
  ["Put single sign-on before the Traefik dashboard", "security"],
  ["Run the Grafana containers as non-root", "security"],
  ["Issue TLS certificates for the MySQL service with cert-manager", "security"],
  ["Back up the authentication database every night with pg_dump", "database"],
  ["Back up the encrypted volumes with Velero", "database"],
  ["Add read replicas to the Keycloak Postgres cluster", "database"],
  ["Pool the connections of Grafana's database with PgBouncer", "database"],
  ["Restore the vault database into a scratch cluster every week", "database"],
  ["Turn on appendonly persistence for the Redis behind the gateway", "database"],
  ["Move Grafana from Ingress to a Gateway API HTTPRoute", "networking"],
  ["Expose the Postgres console through an ingress", "networking"],
  ["Cache DNS lookups of the database clients on each node", "networking"],
  ["Announce the address of the Prometheus gateway with MetalLB", "networking"],
  ["Raise the proxy timeout before the encryption service", "networking"],
  ["Deploy an MCP server for Postgres", "integration"],
  ["Send database alerts into the Slack channel", "integration"],
  ["Open a Jira ticket through a webhook when a backup fails", "integration"],
  ["Connect GitHub issues with the security board through n8n", "integration"],
  ["Stream changes of the MySQL tables to Kafka with Debezium", "integration"],
];

test.each(adversarial)("%s is for the %s expert", (title, expert) => {
  expect(keywordVote(said(title)).ranked[0]?.expert).toBe(expert);
});

describe("what says nothing about the request changes nothing", () => {
  const votes = (title: string) => {
    const { vote, ranked } = keywordVote(said(title));
    return [vote.expert, ranked[0]?.expert];
  };
  const variations: readonly (readonly [string, (title: string) => string])[] = [
    ["an author", (title) => `${title}, says the author`],
    ["an author first", (title) => `The author: ${title}`],
    ["capitals", (title) => title.toUpperCase()],
    ["small letters", (title) => title.toLowerCase()],
    ["hyphens that are spaces", (title) => title.replaceAll("-", " ")],
    ["an exclamation", (title) => `${title}!`],
    ["a full stop and spaces", (title) => `  ${title.replaceAll(" ", "  ")}.`],
  ];
  test.each(variations)("%s", (_name, change) => {
    for (const [title] of adversarial) expect([title, ...votes(change(title))]).toEqual([title, ...votes(title)]);
  });

  test("a claimed category, right or wrong", () => {
    for (const [title] of adversarial) {
      const without = keywordVote(said(title));
      for (const category of CATEGORIES) expect(keywordVote(said(title, { category }))).toEqual(without);
    }
  });

  test("a polite sentence", () => {
    for (const [title] of adversarial) {
      const description = "Thank you very much for having a look at this, it would help all of us a lot.";
      expect([title, keywordVote(said(title, { description })).vote.expert]).toEqual([
        title,
        ...votes(title).slice(0, 1),
      ]);
    }
  });

  test("the thing it is done to", () => {
    const sentences: readonly (readonly [(noun: string) => string, Expert])[] = [
      [(noun) => `Set memory limits on ${noun}`, "architecture"],
      [(noun) => `Add a NetworkPolicy for ${noun}`, "security"],
      [(noun) => `Rotate the password of ${noun}`, "security"],
      [(noun) => `Alert when ${noun} is down`, "monitoring"],
      [(noun) => `Add a ServiceMonitor for ${noun}`, "monitoring"],
      [(noun) => `Back up ${noun} every night`, "database"],
      [(noun) => `Add an HTTPRoute for ${noun}`, "networking"],
      [(noun) => `Deploy an MCP server for ${noun}`, "integration"],
      [(noun) => `${noun}: set CPU and memory requests`, "architecture"],
    ];
    for (const [sentence, expert] of sentences) {
      for (const noun of ["Postgres", "Redis", "Grafana", "Traefik", "Vault", "the auth service", "n8n"]) {
        const title = sentence(noun);
        expect([title, keywordVote(said(title)).ranked[0]?.expert]).toEqual([title, expert]);
      }
    }
  });
});

describe("abstention", () => {
  test.each([
    "Make everything better",
    "The author mapped the happy path",
    "Authoring guidelines for authors",
    "Improve things",
    "",
    "数据库",
  ])("nothing is asked for: %j", (title) => {
    const { vote, sure } = keywordVote(said(title));
    expect(vote).toMatchObject({ tier: "keywords", expert: null, by: SCHOOL_RULES.version });
    expect(vote.because).not.toBe("");
    expect(sure).toBe(false);
  });

  test.each(["Postgres", "Grafana and Postgres and Traefik", "Something about Kafka and Vault"])(
    "names alone decide nothing, but say who may be meant: %s",
    (title) => {
      const { vote, ranked, sure } = keywordVote(said(title));
      expect([vote.expert, sure]).toEqual([null, false]);
      expect(ranked.length).toBeGreaterThan(0);
    },
  );

  test("two requests of equal weight are nobody's", () => {
    expect(keywordVote(said("Add a NetworkPolicy and a dashboard")).vote.expert).toBeNull();
  });
});

describe("a vote", () => {
  const { vote, ranked, sure } = keywordVote(said("Add a default-deny NetworkPolicy", { description: "For Redis." }));

  test("names the rules, the points and the version it comes from", () => {
    expect(vote.because).toMatch(/^network-policy.*: [\d.]+ points, [\d.]+ ahead of/);
    expect(vote.by).toMatch(/^[0-9a-f]{8}$/);
    expect(sure).toBe(true);
  });

  test("has shares that are sorted and no more than the whole", () => {
    const shares = ranked.map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1);
    expect(vote.ranked).toEqual(ranked.slice(0, 3));
  });

  test("is no surer than its rule, nor than such margins were right", () => {
    const { settings } = SCHOOL_RULES;
    const most = Math.max(...settings.calibration.map(({ precision }) => precision));
    for (const [title] of adversarial) {
      const one = keywordVote(said(title));
      expect(one.vote.confidence).toBeLessThanOrEqual(Math.min(most, settings.kinds.action.confidence));
      expect(one.sure).toBe(one.vote.expert !== null && one.vote.confidence >= settings.sure);
    }
  });

  test("hears the description where the title says nothing, and only a little of it where it does", () => {
    const description = "Add a NetworkPolicy that denies traffic to the database by default.";
    expect(keywordVote(said("Improve this", { description })).ranked[0]?.expert).toBe("security");
    expect(keywordVote(said("Add memory limits to every pod", { description })).ranked[0]?.expert).toBe("architecture");
  });

  test("does not grow with repetition", () => {
    const [once, often] = [1, 50].map((times) =>
      keywordVote(said("See below", { description: "Backups. ".repeat(times) })),
    );
    expect(often?.vote.confidence).toBe(once?.vote.confidence);
  });
});
