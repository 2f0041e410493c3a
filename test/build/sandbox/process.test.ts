import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { gitRemote } from "../../support/git-remote.ts";
import { platform } from "./platform.ts";

test("as a process it says where it is in one JSON line and ends on SIGTERM", async () => {
  const remote = await gitRemote(platform);
  const main = new URL("../../../build/local/sandbox/main.ts", import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [main, "--repository", remote.url, "--public-url", "https://git.example.org/platform"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const ready = JSON.parse(line) as { url: string; prometheusUrl: string; kubeconfig: string };
    const config = new KubeConfig();
    config.loadFromString(ready.kubeconfig);
    expect(config.getCurrentCluster()?.server).toBe(ready.url);
    const headers = { authorization: `Bearer ${config.getCurrentUser()?.token ?? ""}` };
    const state = (await (await fetch(`${ready.url}/sandbox/state`, { headers })).json()) as { applications: unknown };
    expect(state.applications).toMatchObject([
      { name: "data", health: "Healthy" },
      { name: "shop", health: "Healthy" },
    ]);
    const scale = await fetch(`${ready.url}/apis/apps/v1/namespaces/cortex-school/deployments/verify/scale`, {
      method: "PATCH",
      headers: { ...headers, "content-type": "application/merge-patch+json" },
      body: '{"spec":{"replicas":1}}',
    });
    expect(scale.status).toBe(200);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
    await remote.close();
  }
});
