/** school graph: who talks to whom in a GitOps repository, and what of it is missing. Needs no running school and no cluster. */

import { lstatSync } from "node:fs";
import path from "node:path";
import { graphOf } from "../../../shared/graph/build.ts";
import { nodesMeant, partAround, talkingPart } from "../../../shared/graph/part.ts";
import type { PlatformOptions } from "../../../shared/repository/platform.ts";
import { understand } from "../../../shared/repository/understand.ts";
import { asDot, asJson, asMermaid } from "../../graph/formats.ts";
import { showAll, showOne } from "../../graph/show.ts";
import { readFolder } from "../../policy/read-folder.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure, UsageError } from "../failure.ts";

interface GraphOptions extends Common {
  readonly gitops: string;
  readonly format?: string;
  readonly of?: string;
  readonly depth?: string;
  readonly publicUrl?: string;
}

const FORMATS: readonly string[] = ["text", "json", "dot", "mermaid"];
/** Edges from the thing asked for, unless somebody says how many. */
const DEPTH = 3;

export const graph: Register = (program, { terminal }) => {
  program
    .command("graph")
    .description("who talks to whom in a GitOps repository, what is missing and where it is named; needs no school")
    .option("--gitops <folder>", "the repository", ".")
    .option("--format <format>", `${FORMATS.join(", ")}; text unless given`)
    .option("--of <object>", "only what this needs and what needs it: Deployment/shop/web, or a name")
    .option("--depth <edges>", `how far from it, ${DEPTH} unless given`)
    .option("--public-url <url>", "the address Argo CD Applications use for this repository")
    .option(...JSON_OPTION)
    .action(async ({ gitops, format, of, depth: far, publicUrl, json }: GraphOptions) => {
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
    });
};
