/** The Dockerfile by the rules of its format and of good images; what it builds is tried in content.test.ts. */
import { validate } from "dockerfile-utils";
import { beforeAll, describe, expect, test } from "vitest";
import { readRecord } from "../../../build/bundle/record.ts";
import { bundle } from "../../../build/bundle.ts";
import { IMAGES, needsGit } from "../../../build/images/programs.ts";
import { commonEnv, deployment, PORT } from "../../../build/manifests/deployment.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { environmentOf, globalArguments, lastOf, lineOf, stageNamed, stagesOf, TEXT, wordsOf } from "./dockerfile.ts";

const USER = 65_532;
const all = stagesOf().flatMap(({ steps }) => steps);
const runs = all.filter((step) => step.getKeyword() === "RUN").map(wordsOf);

test("the format's own checker has nothing to say", () => {
  expect(validate(TEXT)).toEqual([]);
});

test("it is built on the Node everything is tested with, slim, from one place, and that can be pinned by digest", () => {
  const { NODE_IMAGE } = globalArguments();
  expect(NODE_IMAGE).toBe(`docker.io/library/node:${packageJson.devDependencies.node}-bookworm-slim`);
  const outside = stagesOf().filter(({ base }) => base !== "scratch" && !stagesOf().some(({ name }) => name === base));
  expect(new Set(outside.map(({ base }) => base))).toEqual(new Set(["${NODE_IMAGE}", "for-${STAGE}"]));
  // Said again where the label stands, because an argument before FROM is not seen behind it.
  expect([...TEXT.matchAll(/^ARG NODE_IMAGE=(\S+)$/gm)].map(([, image]) => image)).toEqual([NODE_IMAGE, NODE_IMAGE]);
});

test("nobody builds the wrong image by forgetting which: STAGE has no default", () => {
  expect(globalArguments()).toHaveProperty("STAGE", undefined);
});

describe("which image has git", () => {
  beforeAll(async () => {
    await bundle([...IMAGES]);
  }, 600_000);

  test.each(IMAGES)("%s as its bundle needs it", async (program) => {
    const record = await readRecord(program);
    expect(record).toBeDefined();
    expect(stageNamed(`for-${program}`)).toMatchObject({
      base: record !== undefined && needsGit(record) ? "git" : "plain",
      steps: [],
    });
  });

  test("and there is none of anything else", () => {
    const named = stagesOf().flatMap(({ name }) => (name.startsWith("for-") ? [name.slice(4)] : []));
    expect(named.sort()).toEqual([...IMAGES].sort());
  });
});

describe.each(["route", "implement"])("the image of %s", (program) => {
  const line = lineOf(program);

  test("runs as the user of the manifests, by number, from its start", () => {
    expect(wordsOf(lastOf(line, "USER"))).toBe(`${USER}:${USER}`);
    const pod = deployment("route", "0.0.0") as unknown as {
      spec: { template: { spec: { securityContext: { runAsUser: number } } } };
    };
    expect(pod.spec.template.spec.securityContext.runAsUser).toBe(USER);
  });

  test("agrees with the manifests on port and compile cache", () => {
    const environment = environmentOf(line);
    expect(environment).toMatchObject({ NODE_ENV: "production", HOME: "/tmp", PORT: String(PORT) });
    for (const { name, value } of commonEnv) if (value !== undefined) expect(environment[String(name)]).toBe(value);
    expect(wordsOf(lastOf(line, "EXPOSE"))).toBe(String(PORT));
  });

  test("starts without a shell, so that SIGTERM arrives; with git, what git leaves behind is taken away", () => {
    const start = ["ENTRYPOINT", "CMD"].flatMap((kind) => JSON.parse(wordsOf(lastOf(line, kind))) as string[]);
    expect(start).toEqual([...(program === "implement" ? ["tini", "--"] : []), "node", "/app/main.js"]);
  });

  test("has the labels of the OCI", () => {
    const labels = wordsOf(lastOf(line, "LABEL"));
    for (const name of ["title", "description", "version", "revision", "licenses", "base.name"])
      expect(labels).toContain(`org.opencontainers.image.${name}="`);
  });

  test("gets its program from the build stage alone, and nothing of it belongs to who runs it but the compile cache", () => {
    const copies = line.at(-1)?.steps.filter((step) => step.getKeyword() === "COPY") ?? [];
    expect(copies.map((step) => step.getTextContent())).toEqual(["COPY --from=build /out/ /app/"]);
    const owned = line
      .flatMap(({ steps }) => steps)
      .filter((step) => /--owner=|--chown|chmod|chown/.test(step.getTextContent()));
    expect(owned.map(wordsOf)).toEqual([`install --directory --owner=${USER} --group=${USER} /app/.compile-cache`]);
  });
});

describe("as hadolint would say", () => {
  test("no ADD, no shell piped from the network, no sudo, no latest", () => {
    expect(all.map((step) => step.getKeyword())).not.toContain("ADD");
    expect(TEXT).not.toMatch(/:latest|\bsudo\b|(curl|wget)[^\n]*\|/);
  });

  test("apt installs no more than is named and leaves no lists behind", () => {
    const apt = runs.filter((run) => run.includes("apt-get"));
    expect(apt).toHaveLength(1);
    expect(apt[0]).toMatch(
      /^apt-get update && apt-get install --yes --no-install-recommends .* && rm -rf \/var\/lib\/apt\/lists/,
    );
  });

  test("npm installs what the lock file says, and runs no script of a package", () => {
    expect(runs.filter((run) => /\bnpm (ci|i|install)\b/.test(run))).toEqual([
      "npm ci --ignore-scripts --no-audit --no-fund",
    ]);
  });

  test("no secret is an argument or a variable", () => {
    const named = all.filter((step) => ["ARG", "ENV"].includes(step.getKeyword())).map(wordsOf);
    expect(named.filter((words) => /token|secret|password|key/i.test(words))).toEqual([]);
  });
});
