/** GraphQL over the same repositories. The types are those of GitHub's published schema, as far as they are used. */
import { buildSchema, GraphQLError, graphql } from "graphql";
import { type Answer, ok } from "./answers.ts";
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
  type Repository { object(expression: String, oid: GitObjectID): GitObject }
  type Query { repository(followRenames: Boolean = true, name: String!, owner: String!): Repository }
`);

/** GitHub cuts longer texts. */
const TEXT_LIMIT = 512_000;

export async function query(body: unknown, repositoryOf: (name: string) => Git | undefined): Promise<Answer> {
  const { query: source, variables } = body as { query: string; variables?: Record<string, unknown> };
  const rootValue = {
    repository({ owner, name }: { owner: string; name: string }) {
      const git = repositoryOf(`${owner}/${name}`);
      if (git !== undefined) return { object: ({ oid }: { oid: string }) => blob(git, oid) };
      const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
      throw new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });
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
