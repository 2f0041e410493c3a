/** GraphQL over the same repositories. The types are those of GitHub's published schema, as far as they are used. */
import { buildSchema, GraphQLError, graphql } from "graphql";
import { type Answer, ok } from "./answers.ts";
import { type Forge, reviewDecision, settle } from "./forge.ts";
import { nodeId } from "./pull-answers.ts";
import { type Git, objectOf } from "./repository.ts";

const schema = buildSchema(`
  scalar GitObjectID
  interface GitObject { oid: GitObjectID! }
  type Blob implements GitObject {
    byteSize: Int!
    isBinary: Boolean
    isTruncated: Boolean!
    oid: GitObjectID!
    text: String
  }
  enum PullRequestReviewDecision { APPROVED CHANGES_REQUESTED REVIEW_REQUIRED }
  type PullRequest { number: Int! reviewDecision: PullRequestReviewDecision }
  type Repository { object(expression: String, oid: GitObjectID): GitObject pullRequest(number: Int!): PullRequest }
  scalar GitRefname
  input RefUpdate { afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false name: GitRefname! }
  input UpdateRefsInput { clientMutationId: String refUpdates: [RefUpdate!]! repositoryId: ID! }
  type UpdateRefsPayload { clientMutationId: String }
  type Mutation { updateRefs(input: UpdateRefsInput!): UpdateRefsPayload }
  type Query { repository(followRenames: Boolean = true, name: String!, owner: String!): Repository }
`);

/** GitHub cuts longer texts. */
const TEXT_LIMIT = 512_000;

export async function query(body: unknown, forges: readonly Forge[], mayWrite: boolean): Promise<Answer> {
  const { query: source, variables } = body as { query: string; variables?: Record<string, unknown> };
  const rootValue = {
    repository({ owner, name }: { owner: string; name: string }) {
      const forge = forges.find((each) => each.owner === owner && each.name === name);
      if (forge !== undefined) {
        const { git, pulls } = forge;
        const pullRequest = ({ number }: { number: number }) => {
          const pull = pulls.find((each) => each.number === number);
          return pull === undefined ? null : { number, reviewDecision: reviewDecision(forge, pull) };
        };
        return { object: ({ oid }: { oid: string }) => blob(git, oid), pullRequest };
      }
      const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
      throw new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });
    },
    async updateRefs({ input }: { input: UpdateRefs }) {
      const forge = forges.find(({ id }) => nodeId(id) === input.repositoryId);
      if (!mayWrite) refuse("Resource not accessible by personal access token", "FORBIDDEN");
      if (forge === undefined) return refuse(`Could not resolve to a node with the global id`, "NOT_FOUND");
      const refused = await updateRefs(forge, input.refUpdates);
      if (refused !== undefined) refuse(refused, "UNPROCESSABLE");
      await settle(forge);
      return { clientMutationId: null };
    },
  };
  const result = await graphql({
    schema,
    source,
    rootValue,
    ...(variables === undefined ? {} : { variableValues: variables }),
  });
  const errors = result.errors?.map(({ message, path, extensions }) => ({ message, path, type: extensions["type"] }));
  return ok({ data: result.data ?? null, ...(errors === undefined ? {} : { errors }) });
}

function refuse(message: string, type: string): never {
  throw new GraphQLError(message, { extensions: { type } });
}

interface UpdateRefs {
  readonly repositoryId: string;
  readonly refUpdates: readonly { name: string; beforeOid?: string; afterOid: string; force: boolean }[];
}

/** All or none, each only from where it is said to stand. The words of a refusal; undefined when it is done. */
async function updateRefs({ git, rules }: Forge, updates: UpdateRefs["refUpdates"]): Promise<string | undefined> {
  const lines: string[] = ["start"];
  for (const { name, beforeOid, afterOid, force } of updates) {
    if (rules.has(name.replace("refs/heads/", ""))) return "Changes must be made through a pull request.";
    if (!force) return "A ref update is not a fast-forward";
    const seen = beforeOid === undefined ? "" : ` ${beforeOid}`;
    lines.push(/^0+$/.test(afterOid) ? `delete ${name}${seen}` : `update ${name} ${afterOid}${seen}`);
  }
  const { code } = await git(["update-ref", "--stdin"], { input: `${[...lines, "commit"].join("\n")}\n` });
  return code === 0 ? undefined : "A ref is not at the expected oid";
}

/** GitHub guesses the encoding of a text and gives it as UTF-8. */
async function blob(git: Git, oid: string) {
  const bytes = await objectOf(git, oid, "blob");
  if (bytes === undefined) return null;
  const isBinary = bytes.includes(0);
  const isTruncated = bytes.length > TEXT_LIMIT;
  const shown = bytes.subarray(0, TEXT_LIMIT);
  const text = isBinary ? null : isUtf8(bytes) ? shown.toString("utf8") : shown.toString("latin1");
  return { __typename: "Blob", oid, byteSize: bytes.length, isBinary, isTruncated, text };
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString("utf8")).equals(bytes);
}
