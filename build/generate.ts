/**
 * Writes what follows from other sources: the manifests in keda/ and knative/ from the registry, the dashboard and alerts in keda/monitoring/, the fields policy knows
 * from the Kubernetes client's models, the lists of rules, intents and variables, the description of the coordinator's API from its schemas and the reference from that,
 * what the stand-in of Qdrant takes from the published API, the prompts of the stages and the keyword rules of the
 * router as modules. The result is committed.
 *
 * Usage: generate.ts [--check]   --check writes nothing and fails when a file is stale
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describeApi } from "../functions/coordinator/openapi/describe.ts";
import packageJson from "../package.json" with { type: "json" };
import { configurationReference } from "./configuration/reference.ts";
import { apiReference } from "./docs/api-reference.ts";
import { intentReference } from "./intent-reference.ts";
import { knownFields } from "./known-fields.ts";
import { renderManifests } from "./manifests/render.ts";
import { renderMonitoring } from "./monitoring/render.ts";
import { ruleReference } from "./policy/rule-reference.ts";
import { PromptProblems } from "./prompts/files.ts";
import { renderPrompts } from "./prompts/render.ts";
import { qdrantApi } from "./qdrant-api.ts";
import { RuleProblems, renderRoutingRules } from "./routing-rules/render.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Files whose committed text is not what it should be: path -> right text. Throws PromptProblems and RuleProblems. */
export async function staleFiles(): Promise<Map<string, string>> {
  const files = new Map([...renderManifests(packageJson.version), ...renderMonitoring()]);
  files.set("shared/policy/known-fields.json", await knownFields());
  files.set("shared/policy/README.md", await ruleReference());
  files.set("build/local/README.md", await configurationReference());
  files.set("shared/intents/README.md", await intentReference());
  files.set("functions/coordinator/openapi.json", `${JSON.stringify(describeApi(), null, 2)}\n`);
  files.set("build/docs/api.md", apiReference());
  files.set("build/local/qdrant/api.json", await qdrantApi());
  for (const [file, text] of await renderPrompts(root)) files.set(file, text);
  for (const [file, text] of await renderRoutingRules(root)) files.set(file, text);
  for (const [file, text] of files) {
    const committed = await readFile(path.join(root, file), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (committed === text) files.delete(file);
  }
  return files;
}

async function main(checking: boolean): Promise<void> {
  const stale = await staleFiles();
  if (!checking) {
    for (const [file, text] of stale) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
  }
  const names = [...stale.keys()].join(", ");
  const verb = checking ? "Stale, run `npm run generate`" : "Written";
  console.log(stale.size === 0 ? "Every generated file is up to date." : `${verb}: ${names}`);
  if (checking && stale.size > 0) process.exitCode = 1;
}

if (import.meta.main) {
  try {
    await main(process.argv.includes("--check"));
  } catch (error) {
    if (!(error instanceof PromptProblems || error instanceof RuleProblems)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
