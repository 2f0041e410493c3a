/** What a proposal relies on: by what it names, and by what the workloads it names need. */
import { describe, expect, test } from "vitest";
import { findMissing } from "../../functions/validate/dependencies.ts";
import { application, deployment, platformOf, service } from "../support/platform.ts";

const texts = {
  "app.yaml": application("shop", "shop", "shop", "    directory: {recurse: true}\n"),
  "shop/db.yaml": service("db", 5432),
  "shop/dbs.yaml": deployment("db"),
  "shop/web.yaml": deployment("web-front", {
    extra:
      "          env: [{name: DB_URL, value: 'postgres://db:5432/x'}]\n          envFrom: [{configMapRef: {name: front}}]\n",
  }),
  "shop/front.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: front}\ndata: {PAY_URL: 'http://till.pay.svc'}\n",
  "shop/lone.yaml": deployment("lone", {
    extra: "          envFrom: [{configMapRef: {name: gone}}, {secretRef: {name: keys}}]\n",
  }),
  "shop/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: full}\nstringData: {token: 8f3b-real}\n",
  "shop/soon.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: soon}\nstringData: {token: CHANGEME}\n",
};
const platform = platformOf(texts);
const proposal = (title: string) => ({ title, description: "", implementation_notes: "", quotes: [] });
const ask = (title: string) => findMissing(proposal(title), platform);

describe("results", () => {
  test.each<[string, string, RegExp]>([
    ["Cache what db.shop.svc answers", "pass", /is there, or not/],
    [
      "Post the sums to till.pay.svc.cluster.local",
      "conflict",
      /^Service till\.pay\.svc has no manifest.*deploy Service pay\/till first/,
    ],
    ["Roll web-front out more slowly", "unknown", /^Service till\.pay\.svc has no manifest/],
    [
      "Restart Deployment lone",
      "pass",
      /relies on no Service; was so before and is not charged to this proposal: ConfigMap shop\/gone has no manifest.*, Secret shop\/keys has no manifest/,
    ],
    [
      "Take the token of Secret shop/keys",
      "conflict",
      /Secret shop\/keys has no manifest.*; deploy Secret shop\/keys first/,
    ],
    ["Restart the loneliest pods", "pass", /relies on no Service/],
    ["Read the token of Secret shop/full", "pass", /\(1 thing\)/],
    ["Read the token of Secret shop/soon", "unknown", /still to be filled in/],
    ["Read the token of `nothing` Secret", "unknown", /has no manifest/],
    ["Create a Secret called shop-admin", "pass", /relies on no Service/],
    ["The secret is patience", "pass", /relies on no Service/],
    ["Put it on StorageClass fast-ssd", "unknown", /comes with the cluster/],
    ["Send it to https://api.example.com/v1", "pass", /\(1 thing\)/],
    ["Mount ConfigMap front", "pass", /relies on no Service/],
    ["Mount ConfigMap shop/front", "pass", /\(1 thing\)/],
  ])("%s: %s", (title, result, because) => {
    const finding = ask(title);
    expect(`${finding.result}: ${finding.because}`).toMatch(new RegExp(`^${result}: `));
    expect(finding.because).toMatch(because);
  });
});

test("what is missing is cited where it is named, and what comes first is listed", () => {
  const finding = ask("Restart Deployment lone and web-front");
  expect(finding.result).toBe("unknown");
  expect(finding.citations?.[0]).toMatchObject({ corpus: "manifests", path: "shop/front.yaml" });
  expect(finding.evidence).toEqual(expect.arrayContaining(["1. deploy Service pay/till first"]));
  expect(finding.evidence.filter((one) => /^\d\. /.test(one))).toHaveLength(1);
});

describe("gaps from before", () => {
  test("are noted with their places, never charged, and count as nothing it relies on", () => {
    const finding = ask("Restart Deployment lone");
    expect(finding.evidence).toEqual([
      expect.stringMatching(/^ConfigMap shop\/gone \(absent, was so before\): shop\/lone\.yaml:\d+$/),
      expect.stringMatching(/^Secret shop\/keys \(absent, was so before\): shop\/lone\.yaml:\d+$/),
    ]);
    expect(finding.citations?.map(({ path }) => path)).toEqual(["shop/lone.yaml", "shop/lone.yaml"]);
  });

  test("stand beside a conflict without being part of it", () => {
    const finding = ask("Let Deployment lone and web-front call bank.pay.svc");
    expect(finding.because).toBe(
      "Service bank.pay.svc has no manifest in the repository; deploy Service pay/bank first",
    );
    expect(finding.evidence).toEqual(expect.arrayContaining([expect.stringMatching(/gone \(absent, was so before\)/)]));
    expect(finding.evidence).toEqual(
      expect.arrayContaining([expect.stringMatching(/^till\.pay\.svc \(absent, was so before\): shop\/front\.yaml/)]),
    );
    expect(finding.citations).toBeUndefined();
  });

  test("a class of storage that a claim of theirs names is one, too; more than three are counted", () => {
    const own = platformOf({
      "app.yaml": application("shop", "shop", "shop"),
      "shop/class.yaml": "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n",
      "shop/claim.yaml":
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: heap}\nspec: {storageClassName: slow}\n",
      "shop/x.yaml": deployment("x-y", {
        podExtra:
          "      serviceAccountName: clerk\n      volumes: [{name: a, persistentVolumeClaim: {claimName: heap}}, {name: b, configMap: {name: one}}, {name: c, configMap: {name: two}}]\n",
      }),
    });
    const finding = findMissing(proposal("Restart x-y"), own);
    expect(finding.result).toBe("pass");
    expect(finding.because).toMatch(/^what it relies on \(1 thing\).*was so before.* and 1 more$/);
    expect(finding.evidence).toEqual(expect.arrayContaining([expect.stringMatching(/^StorageClass slow \(absent/)]));
  });

  test("what is asleep and called at run time is asked about", () => {
    const own = platformOf({
      ...texts,
      "shop/nap.yaml": service("nap", 80),
      "shop/naps.yaml": deployment("nap").replace("spec:\n", "spec:\n  replicas: 0\n"),
      "shop/x.yaml": deployment("x-y", { extra: "          env: [{name: NAP_URL, value: 'http://nap'}]\n" }),
    });
    expect(findMissing(proposal("Restart x-y"), own)).toMatchObject({
      result: "unknown",
      because: expect.stringMatching(/nap\.shop\.svc leads to nap.*scale up Deployment shop\/nap first/) as string,
    });
  });
});

test("the same absence at several places is told once, with all places", () => {
  const env = "          env: [{name: Q_URL, value: 'http://queue:80'}]\n";
  const own = platformOf({
    ...texts,
    "shop/a.yaml": deployment("a-b", { extra: env }),
    "shop/c.yaml": deployment("c-d", { extra: env }),
  });
  const implied = findMissing(proposal("Restart a-b and c-d"), own);
  expect(implied.because).toBe(
    "Service queue.shop.svc has no manifest in the repository; deploy Service shop/queue first",
  );
  expect(implied.evidence).toEqual(expect.arrayContaining([expect.stringMatching(/^shop\/a\.yaml:/)]));
  expect(implied.evidence).toEqual(expect.arrayContaining([expect.stringMatching(/^shop\/c\.yaml:/)]));
  const named = findMissing(
    {
      ...proposal("Call queue.shop.svc from a-b"),
      implementation_notes: "Q_HOST=queue in namespace shop; the Service queue",
    },
    own,
  );
  expect(named.result).toBe("conflict");
  expect(named.evidence.filter((one) => one.startsWith("queue.shop.svc ("))).toHaveLength(1);
  expect(named.because).not.toContain("more");
});

describe("bare names of Services", () => {
  const own = platformOf({
    ...texts,
    "app2.yaml": application("till", "till", "till-eu"),
    "till/pay.yaml": service("pay-desk", 80),
    "till/pays.yaml": deployment("pay-desk"),
  });
  const found = (notes: string) => findMissing({ ...proposal("Change it"), implementation_notes: notes }, own);

  test.each([
    "Ask the Service cache-ring in namespace shop for it",
    "Ask Service `ring` in namespace shop",
    "The Service ring in namespace shop answers it",
    "Ask the Service ring in namespace shop",
    "Ask the Service cache-ring on port 26379 in the shop namespace",
    "Ask the cache-ring Service in namespace shop",
    "Ask the `ring` service in the `shop` namespace",
    "Ask Service shop/ring",
    "Ask svc/cache-ring -n shop",
    "Ask the service called ring (namespace shop)",
    "Deployment web-front asks the Service cache-ring",
    "Deployment web-front in namespace shop connects to ring:6379",
    "Add the env RING_HOST=ring to the Deployment web-front",
    "Set RING_URL=redis://ring:6379/0 in namespace shop",
    "Set RING_ADDR=ring:6379 in namespace shop.",
    "Set RING_HOST to ring in Deployment web-front",
    "In namespace shop: RING_HOST: ring",
    "In namespace shop:\n- name: RING_HOST\n  value: ring\n",
    "web-front gets --ring-host=ring",
    "Set RING_ADDR=ring.shop:6379",
    "Set RING_HOST=ring.shop",
    "web-front reads http://ring/status",
  ])("absent: %s", (notes) => {
    expect(found(notes)).toMatchObject({
      result: "conflict",
      because: expect.stringMatching(
        /^Service (?:cache-)?ring\.shop\.svc has no manifest.*; deploy Service shop\//,
      ) as string,
    });
  });

  test.each([
    "Ask the Service db in namespace shop",
    "Ask the `db` service in the shop namespace",
    "Set DB_HOST=db in Deployment web-front",
    "Ask the Service pay-desk from web-front",
    "Set PAY_HOST=pay-desk.till-eu in web-front",
  ])("there: %s", (notes) => {
    const finding = found(notes);
    expect(finding.evidence.join()).toMatch(/db\.shop\.svc|pay-desk\.till-eu\.svc/);
    expect(finding.result).not.toBe("conflict");
  });

  test.each([
    "Make the service fault-tolerant in namespace shop",
    "The Service runs in namespace shop",
    "the service is in namespace shop and the Service listens on port 80",
    "the Service deployed in namespace shop",
    "A service mesh in namespace shop encrypts it",
    "Service account `robot` in namespace shop",
    "Every long-running service in namespace shop",
    "Raise the service level in namespace shop",
    "Create a Service ring in namespace shop",
    "Deploy cache-ring; web-front then uses RING_HOST=cache-ring",
    "Put a new Service called ring before it in namespace shop and set RING_HOST=ring",
    "Remove RING_HOST=ring from Deployment web-front",
    "Call db instead of the Service `ring` in namespace shop",
    "Set LOG_LEVEL=debug and MODE=ring in Deployment web-front",
    "Set BIND_HOST=ring in Deployment web-front",
    "Move the image of web-front from ring:2024 to ring:2025",
    "image: ring:8080 in Deployment web-front",
    "Set RING_HOST=ring",
    "Ask the Service cache-ring",
    "Set RING_HOST=localhost and HOST=0.0.0.0 in Deployment web-front",
    "the host node-1 of the shop",
    "See https://docs.example.com/a and http://localhost:80 for web-front",
    "runAsUser: 1000, at 10:3000, in namespace shop",
  ])("no Service: %s", (notes) => {
    expect(`${found(notes).result}: ${found(notes).because}`).not.toMatch(/^conflict/);
  });

  test("a Service of that name in another namespace is pointed out", () => {
    expect(found("Set PAY_HOST=pay-desk in Deployment web-front").because).toContain("; there is pay-desk.till-eu.svc");
  });

  test("a namespace is no workload of the same name", () => {
    const twin = platformOf({
      "app.yaml": application("a", "a", "till-eu"),
      "a/twin.yaml": deployment("till-eu", { extra: "          env: [{name: Q_URL, value: 'http://queue'}]\n" }),
    });
    const told = (title: string) => findMissing(proposal(title), twin).result;
    expect(told("Bound the pods in namespace till-eu")).toBe("pass");
    expect(told("Restart till-eu")).toBe("unknown");
  });
});

test("a quote never holds more than it must, and no password", () => {
  const own = platformOf({
    ...texts,
    "shop/x.yaml": deployment("x-y", { extra: "          env: [{name: A, value: 'amqp://u:hunter22@rabbit:5672'}]\n" }),
  });
  const finding = findMissing({ title: "Restart x-y", description: "", implementation_notes: "", quotes: [] }, own);
  expect(finding.result).toBe("unknown");
  expect(JSON.stringify(finding)).toContain("rabbit");
  expect(JSON.stringify(finding)).not.toContain("hunter22");
});
