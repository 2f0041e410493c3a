import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { toolIn } from "../../../shared/intents/databases/migrations.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { at, type Fields, itemsAt } from "../../../shared/repository/values.ts";
import { application, platformOf, service } from "../../support/platform.ts";

const IMAGE = "registry.example.com/team/app:1.0.0";
const workload = { kind: "Deployment", namespace: "shop", name: "api" };
const intent = { kind: "add-migration-job", workload, container: "migrate" };

type Texts = Partial<Record<"init" | "main" | "pod" | "meta" | "template", string>>;
type Parts = Texts & { readonly replicas?: number };

function api({ init, main, pod, meta, template, replicas = 3 }: Parts = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
${meta ?? ""}spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: api}}
  template:
    metadata:
      labels: {app: api}
${template ?? ""}    spec:
${pod ?? ""}${
  init ??
  `      initContainers:
        - name: migrate # once per pod, alas
          image: ${IMAGE}
          args: [alembic, upgrade, head]
`
}      containers:
        - name: api
          image: ${IMAGE}
${main ?? ""}          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
`;
}

function render(parts: Parts = {}, more: Record<string, string> = {}, stored: { kind: string } = intent) {
  const texts = { "app.yaml": application("a", "shop", "shop"), "shop/api.yaml": api(parts), ...more };
  return renderChangeSet(stored, platformOf(texts));
}

function written(...args: Parameters<typeof render>) {
  const rendered = render(...args);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const objects = rendered.changeSet.files.flatMap(({ after }) =>
    parseAllDocuments(after ?? "").map((one) => one.toJS() as Fields),
  );
  const find = (kind: string) => objects.find((one) => one["kind"] === kind) ?? {};
  const [container = {}] = itemsAt(find("Job"), "spec", "template", "spec", "containers");
  return { ...rendered, job: find("Job"), deployment: find("Deployment"), container };
}

describe("moved out of an init container", () => {
  test("a hook before everything, with what the container had, restricted", () => {
    const { job, container, deployment, verdict } = written();
    expect(at(job, "metadata", "annotations")).toEqual({
      "argocd.argoproj.io/hook": "PreSync",
      "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    });
    expect(container).toMatchObject({ image: IMAGE, args: ["alembic", "upgrade", "head"] });
    expect(container["resources"]).toEqual({ requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } });
    expect(at(deployment, "spec", "template", "spec", "initContainers")).toBeUndefined();
    expect(at(deployment, "metadata", "annotations")).toBeUndefined();
    expect(verdict.decision).toBe("human");
    expect(verdict.rules.map(({ rule }) => rule)).toEqual([
      "always-human-foreign-object",
      "always-human-job-command",
      "always-human-hook",
    ]);
  });

  test("the other init containers and every other byte stay", () => {
    const init = `      initContainers:
        - name: wait # stays
          image: ${IMAGE}
        # goes with it
        - name: migrate
          image: ${IMAGE}
          command: [sh, -c]
          args:
            - |
              alembic upgrade head
        - name: last   # stays too
          image: ${IMAGE}
`;
    const rendered = render({ init });
    if (rendered.kind === "refused") throw new Error(rendered.because);
    const kept = init.replace(/ {8}# goes with it[\s\S]*?head\n/, "");
    expect(rendered.changeSet.files.find(({ path }) => path === "shop/api.yaml")?.after).toBe(api({ init: kept }));
  });

  test("its user stays; without one it gets an account without rights and a home, and a person is told", () => {
    const known = written({ pod: "      securityContext: {runAsNonRoot: true, runAsUser: 1234, fsGroup: 99}\n" });
    expect(at(known.job, "spec", "template", "spec", "securityContext")).toMatchObject({
      runAsUser: 1234,
      fsGroup: 99,
    });
    expect(known.container["env"]).toBeUndefined();
    expect(known.changes.join()).not.toContain("not known");
    const open = written();
    expect(at(open.job, "spec", "template", "spec", "securityContext", "runAsUser")).toBe(10001);
    expect(open.container["env"]).toEqual([{ name: "HOME", value: "/tmp" }]);
    expect(open.changes.join()).toContain("not known");
  });

  test("what it mounts comes along, what others mount does not", () => {
    const init = `      initContainers:
        - {name: migrate, image: "${IMAGE}", args: [alembic, upgrade, head], volumeMounts: [{name: ca, mountPath: /ca}, {name: tmp, mountPath: /tmp}]}
        - {name: other, image: "${IMAGE}"}
`;
    const pod =
      "      volumes: [{name: ca, configMap: {name: ca}}, {name: tmp, emptyDir: {}}, {name: data, emptyDir: {}}]\n";
    const { job } = written({ init, pod });
    expect(itemsAt(job, "spec", "template", "spec", "volumes").map(({ name }) => name)).toEqual(["ca", "tmp"]);
  });
});

describe("when in the sync", () => {
  const config = (wave?: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api${wave === undefined ? "" : `, annotations: {argocd.argoproj.io/sync-wave: "${wave}"}`}}\ndata: {A: b}\n`;
  const init = `      initContainers:
        - name: migrate
          image: ${IMAGE}
          args: [alembic, upgrade, head]
          envFrom: [{configMapRef: {name: api}}]
`;
  test.each<[string, string | undefined, string, string | undefined, string | undefined]>([
    ["what it needs comes in the same wave: the Deployment waits for the next", undefined, "", "0", "1"],
    ["what it needs comes late: later still", "4", "", "4", "5"],
    [
      "the Deployment is late already: just before it",
      undefined,
      '  annotations: {argocd.argoproj.io/sync-wave: "3"}\n',
      "2",
      "3",
    ],
  ])("%s", (_, wave, meta, job, deployment) => {
    const done = written({ init, meta }, { "shop/config.yaml": config(wave) });
    const waveOf = (object: Fields) => at(object, "metadata", "annotations", "argocd.argoproj.io/sync-wave");
    expect([waveOf(done.job), waveOf(done.deployment)]).toEqual([job, deployment]);
    expect(at(done.job, "metadata", "annotations", "argocd.argoproj.io/hook")).toBe("Sync");
  });

  test("a wave somebody chose is not changed", () => {
    const meta = '  annotations: {argocd.argoproj.io/sync-wave: "-1"}\n';
    expect(render({ init, meta }, { "shop/config.yaml": config() })).toMatchObject({ kind: "refused" });
  });
});

describe("taken off the front of a script", () => {
  const script = (command: string) => ({ init: "", main: command });
  const named = { ...intent, container: "api" };
  test.each([
    [
      "words in a row",
      '          command: ["sh", "-c", "alembic upgrade head && exec uvicorn app:app"]\n',
      "exec uvicorn app:app",
    ],
    [
      "single quotes",
      "          command: [sh, -c]\n          args: ['python manage.py migrate && gunicorn x']\n",
      "gunicorn x",
    ],
    [
      "lines",
      "          command: [sh, -c]\n          args:\n            - |\n              set -e\n              alembic upgrade head\n              exec uvicorn app\n",
      "set -e\nexec uvicorn app\n",
    ],
  ])("%s", (_, command, rest) => {
    const { deployment, container } = written(script(command), {}, named);
    const [main = {}] = itemsAt(deployment, "spec", "template", "spec", "containers");
    expect([main["command"], main["args"]].flat()).toContain(rest);
    const words = [container["command"], container["args"] ?? []].flat();
    expect(words).toHaveLength(3);
    expect(toolIn(String(words[2]))).toBeDefined();
    expect(words[2]).not.toMatch(/&&|uvicorn|gunicorn/);
  });
});

describe("a command by its name, where nothing migrates yet", () => {
  const asked = { ...intent, container: "api", tool: "prisma" };

  test("in the image of the container, with fixed words", () => {
    const { container, changeSet, verdict } = written({ init: "" }, {}, asked);
    expect(container).toMatchObject({ image: IMAGE, command: ["npx", "prisma", "migrate", "deploy"] });
    expect(container["args"]).toBeUndefined();
    expect(changeSet.objects.map(({ effect, kind }) => `${effect} ${kind}`)).toEqual(["create Job"]);
    expect(verdict.decision).toBe("human");
  });

  test.each([
    ["any other command", { ...asked, tool: "sh -c evil" }],
    ["words beside it", { ...asked, command: ["sh"] }],
    ["no such container", { ...asked, container: "nobody" }],
    ["a container name that is none", { ...asked, container: "a\n---\nkind: Secret" }],
    ["another kind", { ...asked, workload: { ...workload, kind: "DaemonSet" } }],
    ["nothing that migrates", { ...intent, container: "api" }],
  ])("%s is refused", (_, stored) => expect(render({ init: "" }, {}, stored).kind).toBe("refused"));

  test("not beside one that migrates already", () =>
    expect(render({}, {}, asked)).toMatchObject({ because: expect.stringContaining("not doubled") as string }));
});

describe("what speaks against it is said", () => {
  const policy = (spec: string) => ({
    "shop/n.yaml": `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: guard}\nspec: ${spec}\n`,
  });
  const mounting = (mounts: string, volumes: string): Parts => ({
    init: `      initContainers:\n        - {name: migrate, image: "${IMAGE}", args: [alembic, upgrade, head], volumeMounts: [${mounts}]}\n`,
    main: "          volumeMounts: [{name: v, mountPath: /v}]\n",
    pod: `      volumes: [${volumes}]\n`,
  });
  test.each<[string, Parts, Record<string, string>, string]>([
    ["root", { pod: "      securityContext: {runAsUser: 0}\n" }, {}, "runs as root"],
    ["an image without a version", { init: "      initContainers: [{name: migrate, image: app}]\n" }, {}, "not pinned"],
    [
      "a claim",
      mounting("{name: v, mountPath: /v}", "{name: v, persistentVolumeClaim: {claimName: v}}"),
      {},
      "belongs to its pods",
    ],
    ["a shared folder", mounting("{name: v, mountPath: /v}", "{name: v, emptyDir: {}}"), {}, "shares volume v"],
    ["injected proxies", { template: "      annotations: {sidecar.istio.io/inject: 'true'}\n" }, {}, "may never end"],
    [
      "a mesh",
      {},
      {
        "shop/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n",
      },
      "service mesh",
    ],
    ["zero replicas", { replicas: 0 }, {}, "zero"],
    [
      "the name is taken",
      {},
      {
        "shop/j.yaml":
          "apiVersion: batch/v1\nkind: Job\nmetadata: {name: api-migrate}\nspec: {template: {spec: {containers: [{name: x, image: b}]}}}\n",
      },
      "already holds Job",
    ],
    [
      "a database that lets in the Deployment alone",
      {},
      policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}"),
      "would not let in the Job",
    ],
    [
      "egress by label",
      {},
      {
        ...policy("{podSelector: {}, policyTypes: [Egress], egress: []}"),
        "shop/m.yaml":
          "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: api}\nspec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Egress], egress: [{}]}\n",
      },
      "restricts what new pods may call",
    ],
    [
      "a Service that would pick its pods",
      {},
      {
        "shop/s.yaml": service("all", 80, "api-migrate").replace(
          "{app: api-migrate}",
          "{app.kubernetes.io/managed-by: cortex-online-school}",
        ),
      },
      "would pick the Job's pods",
    ],
    ["a chart", {}, { "shop/Chart.yaml": "name: x\n" }, "Helm"],
  ])("%s", (_, parts, more, because) =>
    expect(render(parts, more)).toMatchObject({ kind: "refused", because: expect.stringContaining(because) as string }),
  );
});

describe("places", () => {
  const candidates = (parts: Parts) =>
    intents
      .get("add-migration-job")
      ?.candidates(platformOf({ "app.yaml": application("a", "shop", "shop"), "shop/api.yaml": api(parts) })) ?? [];

  test("only where more than one pod migrates", () => {
    expect(candidates({})).toHaveLength(1);
    expect(candidates({ replicas: 1 })).toEqual([]);
    expect(candidates({ init: "" })).toEqual([]);
  });

  test("one new file and one edit, which a revert takes back together", () => {
    const { changeSet } = written();
    expect(changeSet.files.map(({ path, before }) => [path, before === null])).toEqual([
      ["shop/api-migrate-job.yaml", true],
      ["shop/api.yaml", false],
    ]);
  });
});
