/**
 * Cuts out of GitHub's published OpenAPI description (`generated/api.github.com.json` of the npm package
 * `@octokit/openapi`, MIT) what the stand-in speaks, as JSON Schemas.
 *
 * Usage: node extract-description.mjs <api.github.com.json> > ../description.json
 */
import { readFileSync } from "node:fs";

const OPERATIONS = [
  "get /repos/{owner}/{repo}",
  "get /repos/{owner}/{repo}/branches",
  "get /repos/{owner}/{repo}/git/ref/{ref}",
  "post /repos/{owner}/{repo}/git/refs",
  "patch /repos/{owner}/{repo}/git/refs/{ref}",
  "get /repos/{owner}/{repo}/git/commits/{commit_sha}",
  "post /repos/{owner}/{repo}/git/commits",
  "get /repos/{owner}/{repo}/git/trees/{tree_sha}",
  "post /repos/{owner}/{repo}/git/trees",
  "get /repos/{owner}/{repo}/git/blobs/{file_sha}",
  "post /repos/{owner}/{repo}/git/blobs",
  "get /repos/{owner}/{repo}/compare/{basehead}",
  "get /repos/{owner}/{repo}/commits",
  "get /repos/{owner}/{repo}/commits/{ref}/check-runs",
  "get /repos/{owner}/{repo}/commits/{ref}/status",
  "get /repos/{owner}/{repo}/pulls",
  "post /repos/{owner}/{repo}/pulls",
  "get /repos/{owner}/{repo}/pulls/{pull_number}",
  "patch /repos/{owner}/{repo}/pulls/{pull_number}",
  "get /repos/{owner}/{repo}/pulls/{pull_number}/commits",
  "get /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "put /repos/{owner}/{repo}/pulls/{pull_number}/merge",
  "get /repos/{owner}/{repo}/issues/{issue_number}",
  "get /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "post /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "post /app/installations/{installation_id}/access_tokens",
];

const whole = JSON.parse(readFileSync(process.argv[2], "utf8"));
const definitions = {};

/** References stay references; whatever they lead to is taken along. */
function resolved(node) {
  if (node?.$ref === undefined) return node;
  const [, , kind, name] = node.$ref.split("/");
  return whole.components[kind][name];
}

function schemaOf(node) {
  if (Array.isArray(node)) return node.map(schemaOf);
  if (typeof node !== "object" || node === null) return node;
  if (node.$ref !== undefined) {
    const name = node.$ref.split("/").at(-1);
    if (definitions[name] === undefined) {
      definitions[name] = true;
      definitions[name] = schemaOf(whole.components.schemas[name]);
    }
    return { $ref: `#/definitions/${name}` };
  }
  const kept = {};
  for (const [key, value] of Object.entries(node)) {
    if (
      /^(description|example|examples|title|nullable|deprecated|discriminator|externalDocs|readOnly|x-.*)$/.test(key)
    ) {
      // A property may be called like one of these.
      if (typeof value !== "object" || value === null || !isSchema(value)) continue;
    }
    kept[key] = key === "properties" ? mapped(value) : schemaOf(value);
  }
  return node.nullable === true ? { anyOf: [{ type: "null" }, kept] } : kept;
}

function mapped(properties) {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, schemaOf(value)]));
}

function isSchema(value) {
  return "$ref" in value;
}

const content = (body) => {
  const schema = resolved(body)?.content?.["application/json"]?.schema;
  return schema === undefined ? undefined : schemaOf(schema);
};

const operations = OPERATIONS.map((operation) => {
  const [method, path] = operation.split(" ");
  const found = whole.paths[path][method];
  const query = (found.parameters ?? []).map(resolved).filter((parameter) => parameter.in === "query");
  return {
    method: method.toUpperCase(),
    path,
    query: Object.fromEntries(query.map(({ name, schema }) => [name, schemaOf(schema)])),
    body: content(found.requestBody),
    bodyNeeded: resolved(found.requestBody)?.required === true,
    answers: Object.fromEntries(
      Object.entries(found.responses).map(([status, body]) => [status, content(body) ?? true]),
    ),
  };
});

const from = `${whole.info.title} ${whole.info.version} (${whole.info.license.name})`;
process.stdout.write(`${JSON.stringify({ from, operations, definitions })}\n`);
