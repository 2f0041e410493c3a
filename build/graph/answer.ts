/** What `school graph` does once its options are read. */
import { lstatSync } from "node:fs";
import path from "node:path";
import { asJson } from "../../shared/graph/as-json.ts";
import { graphOf } from "../../shared/graph/build.ts";
import { nodesMeant, partAround, talkingPart } from "../../shared/graph/part.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";
import { DEPTH, FORMATS, type GraphOptions } from "../cli/commands/graph.ts";
import { Failure, UsageError } from "../cli/failure.ts";
import type { Terminal } from "../cli/terminal.ts";
import { readFolder } from "../policy/read-folder.ts";
import { asDot, asMermaid } from "./formats.ts";
import { showAll, showOne } from "./show.ts";

/** Prints the graph, or the part of it that was asked for. Throws UsageError and Failure. */
export async function answerGraph(
  { gitops, format, of, depth: far, publicUrl, json }: GraphOptions,
  terminal: Terminal,
): Promise<void> {
  const wanted = format ?? (json === true ? "json" : "text");
  if (!FORMATS.includes(wanted)) throw new UsageError(`--format must be one of ${FORMATS.join(", ")}`);
  if (json === true && wanted !== "json") throw new UsageError("--json and another --format exclude each other");
  if (far !== undefined && of === undefined) throw new UsageError("--depth counts from --of");
  const depth = far === undefined ? DEPTH : Number(far);
  if (!Number.isInteger(depth) || depth < 1) throw new UsageError("--depth must be a whole number from 1");
  const root = path.resolve(gitops);
  if (lstatSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${gitops} is no folder`);
  }
  const options: PlatformOptions = publicUrl === undefined ? {} : { publicUrl };
  const platform = understand("", await readFolder(root, []), options);
  const whole = graphOf(platform);
  const [node, ...others] = of === undefined ? [] : nodesMeant(whole, of);
  if (of !== undefined && node === undefined) throw new Failure(`there is nothing called ${of} in ${gitops}`);
  if (others.length > 0) {
    const ids = [node, ...others].map((one) => one?.id).slice(0, 10);
    throw new UsageError(`${of} may be ${ids.join(", ")}`);
  }
  if (wanted === "text") {
    if (node === undefined) showAll(terminal, platform, whole);
    else showOne(terminal, platform, whole, node, depth);
    return;
  }
  if (wanted === "json") {
    const everything = { nodes: [...whole.nodes.values()], edges: whole.edges };
    return terminal.json(asJson(platform, node === undefined ? everything : partAround(whole, node.id, depth)));
  }
  const part = node === undefined ? talkingPart(whole) : partAround(whole, node.id, depth);
  terminal.line(wanted === "dot" ? asDot(part) : asMermaid(part));
}
