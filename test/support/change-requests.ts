/** A repository on the GitHub stand-in with pull requests, and the people who work with them. */
import { gitHubChangeRequests } from "../../shared/adapters/change-requests.ts";
import type { ChangeRequest, ChangeRequests } from "../../shared/forge-ports.ts";
import { blobOf } from "../contracts/git.ts";
import { type GitRemote, gitRemote } from "./git-remote.ts";
import type { People } from "./github/people.ts";
import type { GitHubServer } from "./github/server.ts";

export const author = "Cortex Online School <school@cortex.ai>";
export const BRANCH = "improvement/i1";
export const CART = Array.from({ length: 30 }, (_, line) => `line ${line + 1}\n`).join("");
export const message = "Implement: limits\n\nBody\n\nImprovement-Id: i1\nChange-Set: abc\n";
export const edited = (line: number, text: string, content = CART) =>
  content.replace(new RegExp(`^line ${line}$`, "m"), text);

export interface RequestRoom {
  readonly remote: GitRemote;
  readonly repository: { readonly owner: string; readonly name: string };
  readonly people: People;
  readonly settings: Parameters<typeof gitHubChangeRequests>[0];
  adapter(more?: Partial<Parameters<typeof gitHubChangeRequests>[0]>): ChangeRequests;
  /** Opens the request that changes cart.yaml to `after`, on the tip of main unless told otherwise. */
  open(after?: string, input?: Partial<Parameters<ChangeRequests["open"]>[0]>): Promise<ChangeRequest>;
}

export async function requestRoom(github: GitHubServer): Promise<RequestRoom> {
  const remote = await gitRemote({ "apps/cart.yaml": CART, "apps/other.yaml": "other\n" });
  const repository = github.serve(remote.url);
  const identity = { kind: "token", token: github.token } as const;
  const settings = { ...repository, apiUrl: github.url, author, identity, timeoutMs: 20_000 };
  const adapter: RequestRoom["adapter"] = (more = {}) => gitHubChangeRequests({ ...settings, ...more });
  return {
    remote,
    repository,
    people: github.people(`${repository.owner}/${repository.name}`),
    settings,
    adapter,
    async open(after = edited(3, "limits"), input = {}) {
      const base = input.base ?? (await remote.tip());
      const before = blobOf((await remote.show("apps/cart.yaml", base)) ?? "");
      const files = [{ path: "apps/cart.yaml", before, after }];
      return adapter().open({ branch: BRANCH, base, files, message, title: "Limits", body: "Why", ...input });
    },
  };
}
