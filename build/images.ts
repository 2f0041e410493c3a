/**
 * Builds the images with docker, podman or buildah, and says how large they are.
 *
 * Usage: images.ts [--stage name]… [--tool docker|podman|buildah] [--registry host/path] [--tag t] [--base image]
 *                  [--platform os/arch] [--push] [--dry-run]
 */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import packageJson from "../package.json" with { type: "json" };
import { epochOf } from "./images/assemble.ts";
import { bytesText, type ContentSize, contentSize } from "./images/content-size.ts";
import { type ImageOrder, imageOrders } from "./images/orders.ts";
import { IMAGES } from "./images/programs.ts";
import { repositoryState } from "./images/repository-state.ts";
import { runInTerminal } from "./images/run.ts";
import { ask, buildCommand, findTool, pushCommand, sizeQuestion, TOOLS, type Tool } from "./images/tools.ts";

interface Options {
  readonly programs: readonly string[];
  readonly tool: Tool | undefined;
  readonly registry: string | undefined;
  readonly tag: string;
  readonly base: string | undefined;
  readonly platform: string | undefined;
  readonly push: boolean;
  readonly dryRun: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stage: { type: "string", multiple: true, default: [] },
      tool: { type: "string" },
      registry: { type: "string" },
      tag: { type: "string", default: packageJson.version },
      base: { type: "string" },
      platform: { type: "string" },
      push: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
    },
  });
  const { tool } = values;
  if (tool !== undefined && !(TOOLS as readonly string[]).includes(tool))
    throw new Error(`--tool ${tool}: choose one of ${TOOLS.join(", ")}`);
  if (values.push && values.registry === undefined)
    throw new Error("--push needs --registry, for example ghcr.io/your-organisation");
  return {
    programs: values.stage.flatMap((names) => names.split(",")),
    tool: tool as Tool | undefined,
    registry: values.registry,
    tag: values.tag,
    base: values.base,
    platform: values.platform,
    push: values.push,
    dryRun: values["dry-run"],
  };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  const state = await repositoryState(epochOf(process.env["SOURCE_DATE_EPOCH"]));
  const orders = imageOrders({ ...options, ...state, version: packageJson.version });
  const tool = options.dryRun ? (options.tool ?? "docker") : await findTool(options.tool);
  const measured = new Map<string, string>();
  for (const order of orders) {
    for (const command of commandsOf(tool, order, options.push)) {
      console.log(`$ ${command.map(quoted).join(" ")}`);
      if (!options.dryRun) await runInTerminal(command);
    }
    if (!options.dryRun) measured.set(order.program, await sizeOf(tool, order.tag));
  }
  console.log(await table(orders, measured));
}

function commandsOf(tool: Tool, order: ImageOrder, push: boolean): (readonly string[])[] {
  return [buildCommand(tool, order), ...(push ? [pushCommand(tool, order.tag)] : [])];
}

async function sizeOf(tool: Tool, tag: string): Promise<string> {
  const [program = tool, ...args] = sizeQuestion(tool, tag);
  const said = await ask(program, args);
  return /^\d+$/.test(said) ? bytesText(Number(said)) : said;
}

async function table(orders: readonly ImageOrder[], measured: ReadonlyMap<string, string>): Promise<string> {
  const rows = new Table({
    head: ["image", "with git", "code at start", "/app", "/app gzipped", "whole image"],
    colAligns: ["left", "left", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { program, tag } of orders) {
    const size: ContentSize = await contentSize(program);
    const cells = [size.startBytes, size.bytes, size.gzipped].map(bytesText);
    rows.push([tag, size.git ? "yes" : "no", ...cells, measured.get(program) ?? "not built"]);
  }
  return `${rows.toString()}\n${orders.length} of ${IMAGES.length} images.`;
}

/** Only for reading; nothing goes through a shell. */
function quoted(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(`The images could not be built. ${error.message}`);
    process.exitCode = 1;
  });
}
