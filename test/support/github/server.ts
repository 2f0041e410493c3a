/** A small GitHub: its API over HTTP, and a real bare Git repository behind each name. Faults are set by tests. */

import { createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, type Asked, ok, refused } from "./answers.ts";
import * as database from "./database.ts";
import { operationOf } from "./description.ts";
import { type Fault, type FaultRule, faultFor, Replicas, spoil } from "./faults.ts";
import { type Forge, inTurn, newForge } from "./forge.ts";
import { query } from "./graphql.ts";
import { compare, listCommits } from "./history.ts";
import { type People, people } from "./people.ts";
import { answerAboutPulls } from "./pull-routes.ts";
import { gitIn, refOf } from "./repository.ts";

export interface GitHubServer {
  /** The API's address. */
  readonly url: string;
  /** May do everything. */
  readonly token: string;
  /** May read only. */
  readonly reader: string;
  /** Every request so far: operation, or method and path where there is none. */
  readonly requests: string[];
  /** What was wrong by GitHub's description, of requests and of answers. */
  readonly violations: string[];
  /** Gives a bare repository a name, `school/<n>`; returns it. */
  serve(directory: string): { owner: string; name: string };
  /** What people do in a repository, by its name: `owner/name`. */
  people(repository: string): People;
  /** Its old name leads to the new one from now on, as after a rename or a transfer. */
  rename(from: string, to: string): void;
  /** From now on such requests fail, `times` times or for ever. */
  fail(fault: Fault, rule?: Partial<Omit<FaultRule, "fault">>): void;
  /** The next `times` reads of a branch answer with `sha`, as a replica that lags behind does. */
  lag(sha: string, times: number): void;
  /** The next `times` reads of this kind answer as they last did, as a replica that lags behind does. */
  stale(on: RegExp, times: number): void;
  /** Every push to a branch is refused with this status and these words. */
  protect(status: number, message: string): void;
  /** Listings of whole trees are cut after so many entries. */
  cutTrees(limit: number): void;
  /** Called before each request is answered. */
  before(hook: (operation: string) => Promise<void>): void;
  /** Called when what was asked is done, before anybody is told so. */
  after(hook: (operation: string) => void): void;
  /** Installs an App: requests for its installation's token must be signed by the key that belongs to this one. */
  app(id: string, publicKey: string): void;
  /** Ends faults, lags, protection and limits. */
  calm(): void;
  close(): Promise<void>;
}

interface State {
  readonly repositories: Map<string, Forge>;
  readonly replicas: Replicas;
  faults: FaultRule[];
  lags: string[];
  protection: Answer | undefined;
  treeLimit: number;
  hook: (operation: string) => Promise<void>;
  done: (operation: string) => void;
  apps: Map<string, string>;
  renamed: Map<string, string>;
}

const TOKEN = "ghp_maywrite";
const READER = "ghp_mayread";
const INSTALLATION = "ghs_installation";

export async function gitHubServer(): Promise<GitHubServer> {
  const requests: string[] = [];
  const violations: string[] = [];
  const state: State = {
    repositories: new Map(),
    replicas: new Replicas(),
    faults: [],
    lags: [],
    protection: undefined,
    treeLimit: 100_000,
    hook: async () => undefined,
    done: () => undefined,
    apps: new Map(),
    renamed: new Map(),
  };
  const server = createServer((request, response) => {
    handle(request, response, state, requests, violations).catch((error: Error) => {
      violations.push(error.stack ?? error.message);
      response.writeHead(500, { "content-type": "application/json" }).end('{"message":"Server Error"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    token: TOKEN,
    reader: READER,
    requests,
    violations,
    serve(directory) {
      const id = state.repositories.size + 1;
      const name = `platform-${id}`;
      state.repositories.set(`school/${name}`, newForge(id, "school", name, gitIn(directory)));
      return { owner: "school", name };
    },
    people(repository) {
      const forge = state.repositories.get(repository);
      if (forge === undefined) throw new Error(`no repository ${repository}`);
      return people(forge);
    },
    rename(from, to) {
      const forge = state.repositories.get(from);
      const [owner = "", name = ""] = to.split("/");
      if (forge !== undefined) state.repositories.set(to, Object.assign(forge, { owner, name }));
      state.repositories.delete(from);
      state.renamed.set(from, to);
    },
    fail(fault, { on = /./, times = Number.POSITIVE_INFINITY, done = false } = {}) {
      state.faults.push({ fault, on, times, done });
    },
    lag: (sha, times) => void state.lags.push(...Array.from({ length: times }, () => sha)),
    stale: (on, times) => state.replicas.stale(on, times),
    protect(status, message) {
      state.protection = refused(status, message);
    },
    cutTrees(limit) {
      state.treeLimit = limit;
    },
    before(hook) {
      state.hook = hook;
    },
    after(hook) {
      state.done = hook;
    },
    app: (id, publicKey) => void state.apps.set(id, publicKey),
    calm() {
      Object.assign(state, { faults: [], lags: [], protection: undefined, treeLimit: 100_000 });
      state.hook = async () => undefined;
      state.done = () => undefined;
      state.replicas.calm();
      requests.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  requests: string[],
  violations: string[],
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const method = request.method ?? "";
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const search = Object.fromEntries(url.searchParams);
  const operation = operationOf(method, url.pathname);
  const name = operation?.name ?? `${method} ${url.pathname}`;
  requests.push(name);

  const wrong = operation?.wrongRequest(search, body) ?? (name === "POST /graphql" ? [] : ["it is not described"]);
  violations.push(...wrong.map((what) => `${name}: ${what}`));
  await state.hook(name);

  const rule = faultFor(state.faults, name);
  if (rule !== undefined && !rule.done) return spoil(response, rule.fault);
  const authorization = String(request.headers.authorization ?? "");
  const at = `${url.origin}${/^\/repos\/[^/]+\/[^/]+/.exec(url.pathname)?.[0] ?? ""}`;
  const asked = { at, url: url.href, parameters: operation?.parameters ?? {}, query: search, body };
  const fresh = async () => denied(name, authorization) ?? (await answered(name, asked, authorization, state));
  const answer = await state.replicas.answer(name, url.href, fresh);
  state.done(name);
  const bad = answer.headers?.["location"] ? [] : (operation?.wrongAnswer(answer.status, answer.json) ?? []);
  violations.push(...bad.map((what) => `${name} -> ${answer.status}: ${what}`));
  if (rule !== undefined) return spoil(response, rule.fault, answer);
  response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8", ...answer.headers });
  response.end(JSON.stringify(answer.json));
}

function denied(name: string, authorization: string): Answer | undefined {
  if (name.endsWith("/access_tokens")) return undefined;
  const given = authorization.replace(/^(token|bearer) /i, "");
  if (given === "") return name === "POST /graphql" ? refused(401, "Requires authentication") : undefined;
  if (![TOKEN, READER, INSTALLATION].includes(given)) return refused(401, "Bad credentials");
  if (given !== READER || name.startsWith("GET ") || name === "POST /graphql") return undefined;
  return refused(403, "Resource not accessible by personal access token");
}

async function answered(name: string, asked: Omit<Asked, "git">, authorization: string, state: State): Promise<Answer> {
  if (name === "POST /graphql") {
    return query(asked.body, [...state.repositories.values()], !authorization.endsWith(READER));
  }
  if (name.endsWith("/access_tokens")) return accessToken(authorization, state);
  const { owner, repo } = asked.parameters;
  const moved = state.renamed.get(`${owner}/${repo}`);
  if (moved !== undefined) return elsewhere(name, asked, `${owner}/${repo}`, moved);
  const forge = state.repositories.get(`${owner}/${repo}`);
  // Private: whoever shows no token does not learn that it exists.
  if (forge === undefined || authorization === "") return refused(404, "Not Found");
  const { git } = forge;
  const operation = name.replace("/repos/{owner}/{repo}", "");
  return inTurn(forge, async () => {
    const aboutPulls = await answerAboutPulls(operation, { ...asked, git }, forge);
    return aboutPulls ?? (await routes(state, forge)[operation]?.({ ...asked, git })) ?? refused(404, "Not Found");
  });
}

/** Docs, "HTTP redirects": 301 for good; 307 keeps method and body. */
function elsewhere(name: string, { at, url }: Omit<Asked, "git">, from: string, to: string): Answer {
  const status = name.startsWith("GET ") ? 301 : 307;
  const location = url.replace(at, at.replace(from, to));
  return { status, json: { message: "Moved Permanently", url: location }, headers: { location } };
}

/** A branch with rules moves by pull requests only. */
function ruled(ref: string, { rules }: Forge): Answer | undefined {
  if (!rules.has(ref.replace(/^(refs\/)?heads\//, ""))) return undefined;
  return refused(422, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n");
}

function routes(state: State, forge: Forge): Record<string, (asked: Asked) => Promise<Answer>> {
  return {
    "GET /branches": database.branches,
    "GET /git/ref/{ref}": (asked) => lagging(asked, state),
    "POST /git/refs": async (asked) => {
      const { ref } = asked.body as { ref: string };
      return ruled(ref, forge) ?? database.createRef(asked);
    },
    "PATCH /git/refs/{ref}": async (asked) =>
      state.protection ?? ruled(asked.parameters["ref"] ?? "", forge) ?? database.updateRef(asked),
    "GET /git/commits/{commit_sha}": database.readCommit,
    "POST /git/commits": database.createCommit,
    "GET /git/trees/{tree_sha}": database.readTree(() => state.treeLimit),
    "POST /git/trees": database.createTree,
    "GET /git/blobs/{file_sha}": database.readBlob,
    "POST /git/blobs": database.createBlob,
    "GET /compare/{basehead}": compare,
    "GET /commits": listCommits,
  };
}

async function lagging(asked: Asked, state: State): Promise<Answer> {
  const old = state.lags.shift();
  const answer = await database.readRef(asked);
  if (old === undefined || answer.status !== 200 || (await refOf(asked.git, old)) === undefined) return answer;
  const now = answer.json as { object: object };
  return ok({ ...now, object: { ...now.object, sha: old } });
}

/** RS256 over header and payload, by the App's own key. */
function accessToken(authorization: string, { apps }: State): Answer {
  const [header = "", payload = "", signature = ""] = authorization.replace(/^bearer /i, "").split(".");
  const { iss, exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8") || "{}") as {
    iss?: unknown;
    exp?: number;
  };
  const key = apps.get(String(iss));
  const signed = Buffer.from(`${header}.${payload}`);
  const genuine =
    key !== undefined && verify("sha256", signed, createPublicKey(key), Buffer.from(signature, "base64url"));
  if (!genuine || (exp ?? 0) * 1_000 < Date.now()) {
    return refused(401, "A JSON web token could not be decoded");
  }
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  return ok(
    {
      token: INSTALLATION,
      expires_at,
      permissions: { contents: "write", pull_requests: "write" },
      repository_selection: "selected",
    },
    201,
  );
}
