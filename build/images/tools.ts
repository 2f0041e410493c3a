/** What builds images: docker, podman or buildah, whichever is there and answers. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export const TOOLS = ["docker", "podman", "buildah"] as const;
export type Tool = (typeof TOOLS)[number];

export interface BuildOrder {
  readonly dockerfile: string;
  /** Folder the build may read. */
  readonly context: string;
  readonly tag: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** As `linux/arm64`; the machine's own unless given. */
  readonly platform: string | undefined;
}

/** No tool can be used; the message says of each why not. */
export class NoTool extends Error {}

/** How a program is asked; a test asks none. Resolves with its standard output, rejects with what it said. */
export type Ask = (program: string, args: readonly string[]) => Promise<string>;

const TIMEOUT_MS = 30_000;

export const ask: Ask = async (program, args) => {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: TIMEOUT_MS });
    return stdout.trim();
  } catch (error) {
    const { code, stderr, killed } = error as { code?: unknown; stderr?: string; killed?: boolean };
    if (code === "ENOENT") throw new Error("is not on the PATH", { cause: error });
    if (killed === true) throw new Error(`does not answer within ${TIMEOUT_MS / 1_000} s`, { cause: error });
    const said = (stderr ?? "").trim().split("\n").at(-1);
    throw new Error(`cannot be used: ${said === undefined || said === "" ? String(error) : said}`, { cause: error });
  }
};

/** What only answers when images can be built, not merely when the program is there. */
const SIGN_OF_LIFE: Readonly<Record<Tool, readonly string[]>> = {
  docker: ["version", "--format", "{{.Server.Version}}"],
  podman: ["info", "--format", "{{.Version.Version}}"],
  buildah: ["info"],
};

/** The wanted tool, or the first that answers. Throws NoTool. */
export async function findTool(wanted: Tool | undefined, asking: Ask = ask): Promise<Tool> {
  const reasons: string[] = [];
  for (const tool of wanted === undefined ? TOOLS : [wanted]) {
    try {
      await asking(tool, SIGN_OF_LIFE[tool]);
      return tool;
    } catch (error) {
      reasons.push(`  ${tool} ${(error as Error).message}`);
    }
  }
  throw new NoTool(
    `Nothing here builds images:\n${reasons.join("\n")}\n` +
      "Start docker's engine, or install podman or buildah, which need none. " +
      "--dry-run shows what would be built without any of them.",
  );
}

/**
 * The command that builds one image. The time of the sources is in the arguments, as SOURCE_DATE_EPOCH, where BuildKit reads it
 * and buildah too since 1.41 (podman since 5.6); that one then refuses `--timestamp` beside it (buildah imagebuildah/build.go).
 */
export function buildCommand(tool: Tool, order: BuildOrder): readonly string[] {
  const { dockerfile, context, tag, platform } = order;
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    tool,
    "build",
    "--file",
    dockerfile,
    "--tag",
    tag,
    ...(platform === undefined ? [] : ["--platform", platform]),
    // Without it buildah keeps nothing between two images: packages would be installed for each.
    ...(tool === "buildah" ? ["--layers"] : []),
    ...pairs("--build-arg", order.arguments),
    ...pairs("--label", order.labels),
    context,
  ];
}

export function pushCommand(tool: Tool, tag: string): readonly string[] {
  return [tool, "push", tag];
}

/** Asks for the bytes of an image, or what the tool says of them. */
export function sizeQuestion(tool: Tool, tag: string): readonly string[] {
  return tool === "buildah"
    ? ["buildah", "images", "--format", "{{.Size}}", tag]
    : [tool, "image", "inspect", "--format", "{{.Size}}", tag];
}
