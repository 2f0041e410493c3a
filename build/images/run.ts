/** Runs a program in the terminal, to its end. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * BuildKit is what docker's classic builder lacks: caches for a step. What it attaches to an image by itself names the hour of
 * the build, so that no two are the same, and such an image may not go into a cluster by `kind load` (kubernetes-sigs/kind#3795).
 */
const FOR_DOCKER = { DOCKER_BUILDKIT: "1", BUILDX_NO_DEFAULT_ATTESTATIONS: "1" };

/** Rejects when it fails. */
export async function runInTerminal([program = "", ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...FOR_DOCKER } });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${program} ${args[0] ?? ""} ended with ${code ?? signal}.`);
}
