/** Which tool builds, how it is told, and what is said when there is none. */
import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../build/bundle.ts";
import { imageOrders } from "../../../build/images/orders.ts";
import { IMAGES } from "../../../build/images/programs.ts";
import { type Ask, buildCommand, findTool, NoTool, pushCommand, TOOLS } from "../../../build/images/tools.ts";
import { root } from "../../repo/imports.ts";
import { temporaryDirectory } from "../../support/directory.ts";

const only =
  (...answering: string[]): Ask =>
  async (program) => {
    if (answering.includes(program)) return "1.0";
    throw new Error("is not on the PATH");
  };

describe("the tool", () => {
  test("is the first that answers, docker before podman before buildah", async () => {
    expect(await findTool(undefined, only("docker", "buildah"))).toBe("docker");
    expect(await findTool(undefined, only("podman", "buildah"))).toBe("podman");
    expect(await findTool(undefined, only("buildah"))).toBe("buildah");
  });

  test("is the wanted one or none", async () => {
    expect(await findTool("buildah", only("docker", "buildah"))).toBe("buildah");
    await expect(findTool("podman", only("docker"))).rejects.toThrow("podman is not on the PATH");
  });

  test("is missed with the reason for each, and what to do", async () => {
    const asked = findTool(undefined, only());
    await expect(asked).rejects.toBeInstanceOf(NoTool);
    for (const tool of TOOLS) await expect(asked).rejects.toThrow(`${tool} is not on the PATH`);
    await expect(asked).rejects.toThrow("--dry-run");
  });
});

const wishes = {
  programs: ["route"],
  version: "1.2.3",
  tag: "1.2.3",
  registry: undefined,
  base: undefined,
  platform: undefined,
  revision: undefined,
  epoch: undefined,
};

describe("what is built", () => {
  test("is every program when none is named, each once and under its own name", () => {
    const orders = imageOrders({ ...wishes, programs: [] });
    expect(orders.map(({ program }) => program)).toEqual(IMAGES);
    expect(new Set(orders.map(({ tag }) => tag)).size).toBe(IMAGES.length);
  });

  test("is nothing when there is no such image", () => {
    expect(() => imageOrders({ ...wishes, programs: ["route", "rout"] })).toThrow("no image of rout; there are ingest");
  });

  test("has the name the manifests use, in the registry that is named", () => {
    const [plain] = imageOrders(wishes);
    const [elsewhere] = imageOrders({ ...wishes, registry: "ghcr.io/us/", tag: "dev" });
    expect(plain?.tag).toBe("cortex-online-school/route:1.2.3");
    expect(elsewhere?.tag).toBe("ghcr.io/us/cortex-online-school/route:dev");
  });

  test.each(TOOLS)("%s is told all of it", (tool) => {
    const [order] = imageOrders({
      ...wishes,
      revision: "abc",
      epoch: 1_700_000_000,
      platform: "linux/arm64",
      base: "node@sha256:1",
    });
    if (order === undefined) throw new Error("nothing to build");
    const command = buildCommand(tool, order);
    expect(command.slice(0, 2)).toEqual([tool, "build"]);
    expect(command.at(-1)).toBe(root);
    const text = command.join(" ");
    for (const part of [
      "--build-arg STAGE=route",
      "--build-arg VERSION=1.2.3",
      "--build-arg REVISION=abc",
      "--build-arg SOURCE_DATE_EPOCH=1700000000",
      "--build-arg NODE_IMAGE=node@sha256:1",
      "--platform linux/arm64",
      "--tag cortex-online-school/route:1.2.3",
      "--label org.opencontainers.image.created=2023-11-14T22:13:20.000Z",
    ])
      expect(text).toContain(part);
    // Beside SOURCE_DATE_EPOCH buildah calls it ambiguous and builds nothing.
    expect(text).not.toContain("--timestamp");
    expect(pushCommand(tool, order.tag)).toEqual([tool, "push", order.tag]);
  });
});

describe("npm run images", () => {
  beforeAll(async () => {
    await bundle(["notify"]);
  }, 300_000);

  /** Its exit code and what it says, with nothing but `programs` on the PATH. */
  async function images(args: readonly string[], programs: Readonly<Record<string, string>> = {}) {
    const bin = path.join(await temporaryDirectory(), "bin");
    await mkdir(bin);
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(path.join(bin, name), 0o755);
    }
    const run = promisify(execFile)(process.execPath, [path.join(root, "build/images.ts"), ...args], {
      env: { PATH: bin, SOURCE_DATE_EPOCH: "1700000000" },
    });
    return run.then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        text: error.stdout + error.stderr,
      }),
    );
  }

  test("without any tool says of each what is wrong, and fails", async () => {
    const noEngine = "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock' >&2; exit 1";
    const { code, text } = await images(["--stage", "notify"], { docker: noEngine });
    expect(code).toBe(1);
    expect(text).toContain("docker cannot be used: Cannot connect to the Docker daemon");
    expect(text).toContain("podman is not on the PATH");
    expect(text).toContain("buildah is not on the PATH");
    expect(text).not.toContain("    at ");
  });

  test("builds, pushes and says how large it became", async () => {
    const docker =
      'case "$1" in image) echo 234567890;; *) echo "docker $*, with $BUILDX_NO_DEFAULT_ATTESTATIONS";; esac';
    const args = ["--stage", "notify", "--registry", "ghcr.io/us", "--push"];
    const { code, text } = await images(args, { docker });
    // An image with attestations is a list, which `kind load` cannot take.
    expect(text).toMatch(/docker build .*, with 1/);
    expect(text).toContain("docker push ghcr.io/us/cortex-online-school/notify:");
    expect(text).toContain("234.6 MB");
    expect(code).toBe(0);
  });

  test("stops when a build fails, and pushes nothing", async () => {
    const docker = 'case "$1" in build) exit 7;; *) echo "docker $*";; esac';
    const { code, text } = await images(["--stage", "notify", "--registry", "ghcr.io/us", "--push"], { docker });
    expect(code).toBe(1);
    expect(text).toContain("docker build ended with 7");
    expect(text).not.toContain("docker push");
  });

  test.each<[string, readonly string[], string]>([
    ["another tool", ["--tool", "kaniko"], "choose one of docker, podman, buildah"],
    ["a push to nowhere", ["--push"], "--push needs --registry"],
    ["an unknown stage", ["--stage", "rout", "--dry-run"], "There is no image of rout"],
    ["an unknown option", ["--stages", "route"], "Unknown option"],
  ])("refuses %s", async (_what, args, words) => {
    const { code, text } = await images(args);
    expect(code).toBe(1);
    expect(text).toContain(words);
  });
});
