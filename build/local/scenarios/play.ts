/** Plays one scenario in a school of its own: own data directory, own repository, own cluster, real processes. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import { isMoving, type Status } from "../../../shared/domain/lifecycle.ts";
import { type LocalSchool, startSchool } from "../school.ts";
import type { AnyScenario } from "./all.ts";
import { teach } from "./classroom.ts";
import { type ScenarioClient, scenarioClient } from "./client.ts";
import { judge, sickness } from "./judge.ts";
import type { LearningScenario } from "./learning.ts";
import { PUBLIC_URL, type Repository, scenarioRepository } from "./repository.ts";
import { type Act, type Scenario, TALKS } from "./scenario.ts";

export interface PlayOptions {
  /** Length of the verifications, seconds; the scenario's own unless given. */
  readonly seconds?: number;
  readonly log: (message: string) => void;
  /** What people do and see, where a scenario tells it step by step. */
  readonly say?: (line: string) => void;
  /** Ends it early; what it started is taken apart all the same. */
  readonly signal?: AbortSignal;
}

export interface Played {
  readonly scenario: AnyScenario;
  /** Statuses of the first improvement after its approval; of a scenario of the router, what it went through. */
  readonly path: readonly string[];
  /** Why it ended so, in the school's words. */
  readonly because: string;
  /** Empty when the scenario ended as it has to. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** Its data directory with all logs, when something is wrong; it is removed otherwise. */
  readonly dataDir?: string;
}

/** Verifications are this short unless a scenario needs more, so that each is over within half a minute. */
const SECONDS = 8;
const LOOK_MS = 150;
/** Beside the verifications themselves; far above what a loaded machine needs. */
const PATIENCE_MS = 150_000;
/** How long a cluster may take to show that it is well. */
const WELL_MS = 20_000;

/** Throws only when it was aborted or the school does not start; nothing is left running. */
export async function play(scenario: AnyScenario, options: PlayOptions): Promise<Played> {
  const begun = performance.now();
  const dataDir = await mkdtemp(path.join(tmpdir(), `school-scenario-${scenario.name}-${process.pid}-`));
  const seconds = options.seconds ?? scenario.seconds ?? SECONDS;
  let school: LocalSchool | undefined;
  let keep = false;
  try {
    const repository = await scenarioRepository(dataDir, "lesson" in scenario ? scenario.platform : undefined);
    const own = "lesson" in scenario ? scenario.settings : {};
    school = await open(dataDir, { repository, seconds, own }, options);
    const stage = { school, repository, seconds, options };
    const playing = "lesson" in scenario ? lecture(scenario, stage) : perform(scenario, stage);
    const played = await playing.catch((error: unknown) => {
      options.signal?.throwIfAborted();
      return { path: [], because: "", problems: [error instanceof Error ? error.message : String(error)] };
    });
    keep = played.problems.length > 0;
    const took = (performance.now() - begun) / 1_000;
    return { scenario, ...played, seconds: took, ...(keep ? { dataDir } : {}) };
  } finally {
    await school?.close();
    if (!keep) await rm(dataDir, { recursive: true, force: true });
  }
}

interface Opened {
  readonly repository: Repository;
  readonly seconds: number;
  /** Settings of the scenario. */
  readonly own: Readonly<Record<string, string>>;
}

async function open(dataDir: string, { repository, seconds, own }: Opened, { log }: PlayOptions) {
  const data = path.join(dataDir, "school");
  await mkdir(data);
  const settings = {
    GITOPS_REPO: repository.path,
    GITOPS_PUBLIC_URL: PUBLIC_URL,
    HEALTH_CHECK_DURATION: String(seconds),
    VERIFY_INTERVAL: seconds > 60 ? "10" : "1",
    SYNC_INTERVAL: "1",
    // The work of a killed process comes back soon.
    LEASE_SECONDS: "5",
    RATE_LIMIT_PER_MINUTE: "0",
    ...own,
  };
  return startSchool({ dataDir: data, port: 0, log }, settings);
}

interface Performance {
  readonly school: LocalSchool;
  readonly repository: Repository;
  readonly seconds: number;
  readonly options: PlayOptions;
}

async function lecture(scenario: LearningScenario, { school, repository, seconds, options }: Performance) {
  const until = waiter(PATIENCE_MS + 15_000 * seconds, options.signal ?? new AbortController().signal);
  const taught = await teach(scenario, { school, repository, until, say: options.say ?? options.log });
  options.signal?.throwIfAborted();
  return taught;
}

async function perform(scenario: Scenario, stage: Performance): Promise<Pick<Played, "path" | "because" | "problems">> {
  const { school, repository, seconds, options } = stage;
  const client = scenarioClient(school);
  // Twice for an extension, twelve times for a proof after a revert that needs all its patience.
  const over = new AbortController();
  const signals = [over.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const until = waiter(PATIENCE_MS + 15_000 * seconds, AbortSignal.any(signals));
  const improvements: Improvement[] = [];
  for (const talk of scenario.talks) {
    await client.submit({ title: talk, content: TALKS[talk] });
    improvements.push(await until(`the talk "${talk}" is planned`, () => planned(client, talk)));
  }
  const resting = new AbortController();
  const act = actOf({ stage, client, until, improvements, rests: resting.signal });
  await scenario.before?.(act);
  for (const { id } of improvements) await client.approve(id, "the change is what we want");

  const beside = scenario.meanwhile?.(act) ?? Promise.resolve();
  const rest = until("everything rests", () => atRest(client, improvements)).finally(() => resting.abort());
  await Promise.all([rest, beside.catch(unlessAborted(resting.signal))]).catch((error: unknown) => {
    // Whoever fails first ends it; the other must not be left behind.
    over.abort();
    throw error;
  });

  const problems = await problemsOf(scenario, { act, client, until, repository, school });
  const [first] = improvements;
  const { path: statuses, because } = await pathOf(client, first?.id ?? "");
  return { path: statuses, because, problems };
}

async function planned(client: ScenarioClient, talk: string): Promise<Improvement | undefined> {
  for (const { id, status } of await client.list()) {
    if (isMoving(status)) continue;
    const record = await client.show(id);
    if (record.source_title !== talk) continue;
    if (status === "pending_review" && record.change_set !== undefined) return record;
    throw new Error(`"${talk}" ended as ${status} and was not planned: ${record.review_reason ?? ""}`);
  }
  return undefined;
}

async function atRest(client: ScenarioClient, improvements: readonly Improvement[]): Promise<true | undefined> {
  const lines = await client.list();
  const ours = lines.filter(({ id }) => improvements.some((improvement) => improvement.id === id));
  return ours.every(({ status }) => !isMoving(status)) ? true : undefined;
}

type Until = ReturnType<typeof waiter>;

function waiter(patienceMs: number, signal: AbortSignal) {
  return async <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
    for (const deadline = performance.now() + patienceMs; ; await wait(LOOK_MS, undefined, { signal })) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`waited ${patienceMs / 1_000} s in vain until ${what}`);
    }
  };
}

interface ActNeeds {
  readonly stage: Performance;
  readonly client: ScenarioClient;
  readonly until: Until;
  readonly improvements: readonly Improvement[];
  readonly rests: AbortSignal;
}

function actOf({ stage, client, until, improvements, rests }: ActNeeds): Act {
  const { school, repository, seconds, options } = stage;
  const [first] = improvements;
  const workload = first?.change_set?.objects.find(({ kind }) => kind === "Deployment");
  if (first === undefined || workload?.namespace === undefined) throw new Error("the first talk changes no Deployment");
  return {
    school,
    repository,
    improvements,
    seconds,
    rests,
    until,
    target: { namespace: workload.namespace, workload: workload.name },
    inject(fault) {
      const { name } = school.sandbox?.inject(fault) ?? { name: "nothing: there is no stand-in cluster" };
      options.log(`  ✗ ${name}`);
    },
    record: () => client.show(first.id),
    reaches: async (status: Status) => {
      await until(`it is ${status}`, async () => {
        const { path: statuses } = await pathOf(client, first.id);
        if (statuses.includes(status)) return true;
        if (rests.aborted) throw new Error(`it rests and was never ${status}`);
        return undefined;
      });
    },
  };
}

async function pathOf(client: ScenarioClient, id: string) {
  const trail = await client.trail(id);
  const after = trail.slice(trail.findLastIndex(({ to }) => to === "approved") + 1);
  return { path: after.map(({ to }) => to), because: after.at(-1)?.because ?? "" };
}

interface Ended {
  readonly act: Act;
  readonly client: ScenarioClient;
  readonly until: Until;
  readonly repository: Repository;
  readonly school: LocalSchool;
}

async function problemsOf(scenario: Scenario, { act, client, repository, school }: Ended): Promise<readonly string[]> {
  const [commits, locks] = await Promise.all([repository.history(), client.locks()]);
  const problems: string[] = [];
  for (const { id } of act.improvements) {
    const [improvement, { path: statuses }] = [await client.show(id), await pathOf(client, id)];
    problems.push(...judge(scenario.end, { improvement, path: statuses, commits, locks }));
  }
  if (scenario.end.well) problems.push(...(await stillSick(school)));
  problems.push(...(await client.doctor()).map(({ id, problem }) => `doctor: ${id} ${problem}`));
  problems.push(...((await scenario.also?.(act)) ?? []));
  return problems;
}

/** Argo CD takes a moment to see that everything is well. */
async function stillSick({ sandbox }: LocalSchool): Promise<readonly string[]> {
  if (sandbox === undefined) return ["there is no stand-in cluster"];
  for (const deadline = performance.now() + WELL_MS; ; await wait(LOOK_MS)) {
    const sick = sickness(sandbox.state());
    if (sick.length === 0 || performance.now() > deadline) return sick;
  }
}

/** What disturbs the school may be in the middle of something when everything rests. */
function unlessAborted(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
