/** Plays a scenario of the router in a school that runs already. */
import type { Improvement } from "../../../shared/domain/improvement.ts";
import { isMoving } from "../../../shared/domain/lifecycle.ts";
import type { LocalSchool } from "../school.ts";
import { type ScenarioClient, scenarioClient } from "./client.ts";
import { type Classroom, hasEnded, type LearningScenario } from "./learning.ts";
import type { Repository } from "./repository.ts";
import { teacherOf } from "./teacher.ts";

export interface Needs {
  readonly school: LocalSchool;
  readonly repository: Repository;
  readonly until: Classroom["until"];
  readonly say: (line: string) => void;
}

export interface Taught {
  /** What it went through, in the words of the lesson. */
  readonly path: readonly string[];
  readonly because: string;
  readonly problems: readonly string[];
}

/** Throws only what the lesson cannot go on without. */
export async function teach({ lesson }: LearningScenario, needs: Needs): Promise<Taught> {
  const problems: string[] = [];
  const path: string[] = [];
  let because = "";
  const client = scenarioClient(needs.school);
  const classroom = classroomOf(needs, client, {
    problem: (text) => problems.push(text),
    step: (word, why) => {
      path.push(word);
      because = why;
    },
  });
  try {
    await lesson(classroom);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  problems.push(...(await client.doctor()).map(({ id, problem }) => `doctor: ${id} ${problem}`));
  return { path, because, problems };
}

interface Notes {
  readonly problem: (text: string) => void;
  readonly step: (word: string, because: string) => void;
}

function classroomOf({ school, repository, until, say }: Needs, client: ScenarioClient, notes: Notes): Classroom {
  const teacher = teacherOf(school);

  /** Reads it until it stands where nobody but a person moves it; asks `act` then, until that has nothing to do. */
  async function settled(id: string, act: (improvement: Improvement) => Promise<boolean>): Promise<Improvement> {
    return until(`${id} rests`, async () => {
      const improvement = await client.show(id);
      if (isMoving(improvement.status)) return undefined;
      return (await act(improvement)) ? undefined : improvement;
    });
  }

  return {
    say,
    until,
    check: (isSo, otherwise) => (isSo ? undefined : notes.problem(otherwise)),
    propose: (proposed) => teacher.propose(proposed),
    step: notes.step,
    routed: (id) =>
      until(`${id} is routed`, async () => {
        const found = (await client.list()).some((line) => line.id === id) ? await client.show(id) : undefined;
        return found?.routing_decision === undefined ? undefined : found;
      }),
    carriedOut: (id) => {
      const answered = new Set<string>();
      return settled(id, async ({ status, review_reason: asked = "" }) => {
        if (status !== "pending_review" && status !== "conflicts") return false;
        // Whoever is asked the same again has nothing more to say.
        if (answered.has(`${status} ${asked}`)) throw new Error(`“${id}” is ${status} again: ${asked}`);
        answered.add(`${status} ${asked}`);
        const action = status === "conflicts" ? "override" : "approve";
        await teacher.decide(id, action, { reason: "it is wanted for this workload, too" });
        return true;
      });
    },
    judged: (id, expert, reason) =>
      settled(id, async ({ status, expert: current, routing_feedback: said, review_stage: stage }) => {
        if (status === "pending_review" && stage === "route" && current === undefined) {
          await teacher.decide(id, "approve", { reason, expert });
          return true;
        }
        if (said === undefined) {
          const isRight = current === expert;
          await teacher.feedback(id, { right: isRight, reason, ...(isRight ? {} : { expert }) });
          return true;
        }
        if (hasEnded({ status })) return false;
        await teacher.decide(id, "reject", { reason: "nobody has the time for it this month" });
        return true;
      }),
    feedback: (id, word) => teacher.feedback(id, word),
    learned: async () => {
      await until("learn has learned", async () => ((await teacher.hasLearned()) ? true : undefined));
    },
    inject(fault) {
      const { name } = school.sandbox?.inject(fault) ?? { name: "nothing: there is no stand-in cluster" };
      say(`✗ ${name}`);
    },
    report: () => teacher.report(),
    happened: (...kinds) =>
      until(`the router has ${kinds.join(" or ")}`, async () => {
        const { events } = await teacher.report();
        return events.find(({ what }) => kinds.includes(what));
      }),
    trail: (id) => client.trail(id),
    commits: () => repository.history(),
    terminal: () => teacher.terminal(),
  };
}
