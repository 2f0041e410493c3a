/** Where the school is: SCHOOL_URL and SCHOOL_TOKEN, or the file a running local school leaves in its data directory. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { Failure } from "./failure.ts";

export interface Address {
  readonly url: string;
  readonly token: string;
}

/** Written by the local school when it is up. */
const SchoolFile = z.object({
  url: z.string(),
  tokens: z.object({ operator: z.string() }),
  pid: z.number().int().positive(),
  redis: z.string().optional(),
  keyPrefix: z.string().default(""),
});

type Variables = Readonly<Record<string, string | undefined>>;

/** Throws Failure that says how to start a school or name one. */
export function findSchool(env: Variables, directory: string, project: string): Address {
  const { SCHOOL_URL: url, SCHOOL_TOKEN: token } = env;
  if (url !== undefined && url !== "") {
    if (!/^https?:\/\//.test(url)) throw new Failure(`SCHOOL_URL must begin with http:// or https://, not ${url}`);
    if (token === undefined || token === "")
      throw new Failure("SCHOOL_TOKEN is not set: give the token you were handed for the school at SCHOOL_URL");
    return { url: url.replace(/\/+$/, ""), token };
  }
  const file = candidates(env, directory, project).find((candidate) => existsSync(candidate));
  if (file === undefined) {
    throw new Failure("no school is running here: start it with `npm start`, or set SCHOOL_URL and SCHOOL_TOKEN");
  }
  const school = read(file);
  if (!isAlive(school.pid)) {
    throw new Failure(
      `the school of ${path.dirname(file)} is not running any more: start it with \`npm start\`, or set SCHOOL_URL and SCHOOL_TOKEN`,
    );
  }
  return { url: school.url.replace(/\/+$/, ""), token: token ?? school.tokens.operator };
}

/** The local school that runs here: its process and its data directory. Throws Failure when there is none. */
export function findLocal(env: Variables, directory: string, project: string): { pid: number; dataDir: string } {
  const remote = (env["SCHOOL_URL"] ?? "") !== "";
  const file = remote ? undefined : candidates(env, directory, project).find((candidate) => existsSync(candidate));
  const school = file === undefined ? undefined : read(file);
  if (file === undefined || school === undefined || !isAlive(school.pid)) {
    throw new Failure("no local school is running here; a school in a cluster is upgraded by its manifests");
  }
  return { pid: school.pid, dataDir: path.dirname(file) };
}

/** The Redis of a school, for what goes past its API: REDIS_URL and KEY_PREFIX, or those of the running local school. */
export function findRedis(env: Variables, directory: string, project: string): { url: string; prefix: string } {
  const { REDIS_URL: url, KEY_PREFIX: prefix = "" } = env;
  if (url !== undefined && url !== "") return { url, prefix };
  const file =
    (env["SCHOOL_URL"] ?? "") === ""
      ? candidates(env, directory, project).find((candidate) => existsSync(candidate))
      : undefined;
  const school = file === undefined ? undefined : read(file);
  if (school?.redis === undefined || !isAlive(school.pid)) {
    throw new Failure(
      "no local school is running here: set REDIS_URL to the school's Redis, and KEY_PREFIX if it has one",
    );
  }
  return { url: school.redis, prefix: school.keyPrefix };
}

/** The data directory that was named; else `.school` here or in a folder above; else the project's own. */
function candidates(env: Variables, directory: string, project: string): string[] {
  const named = env["SCHOOL_DATA_DIR"];
  if (named !== undefined && named !== "") return [path.resolve(directory, named, "school.json")];
  const folders: string[] = [];
  for (let folder = directory; ; folder = path.dirname(folder)) {
    folders.push(folder);
    if (path.dirname(folder) === folder) break;
  }
  return [...folders, project].map((folder) => path.join(folder, ".school", "school.json"));
}

function read(file: string): z.infer<typeof SchoolFile> {
  try {
    return SchoolFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new Failure(`${file} cannot be used; stop the school, remove the file and start it again with \`npm start\``);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
