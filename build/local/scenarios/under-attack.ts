/** What happens to the school itself meanwhile: killed processes, an API that fails, answers from a while ago. */
import { setTimeout as wait } from "node:timers/promises";
import type { Act, End, Scenario } from "./scenario.ts";
import { asBefore, failed, withChange } from "./taken-back.ts";

const KILL_EVERY_MS = 5_000;

const verified: End = {
  path: ["implementation", "deployed", "verified"],
  reverted: false,
  measured: { check: "error-ratio", phase: "Successful", message: /of the requests to bakery\/\w+ fail/ },
  well: true,
};

/** `kill -9` of the coordinator and of whoever measures, every five seconds from the deployment to the verdict. */
async function killAgainAndAgain({ school, reaches, rests }: Act): Promise<void> {
  await reaches("deployed");
  while (!rests.aborted) {
    for (const part of ["coordinator", "verify"]) school.lose(part);
    await wait(KILL_EVERY_MS, undefined, { signal: rests });
  }
}

/** Back as soon as it was missed. */
async function comesBack({ school, record, until }: Act): Promise<void> {
  await until("the outage is noticed", async () => ((await record()).not_ready_since === undefined ? undefined : true));
  school.sandbox?.clear("prometheus-away");
}

export const underAttack: readonly Scenario[] = [
  {
    name: "outage-before-commit",
    what: "Prometheus is away when the change is to be committed: without a baseline no commit, and when it is back, one",
    talks: ["limits"],
    before: ({ inject }) => inject({ kind: "prometheus-away", answer: "503" }),
    meanwhile: comesBack,
    end: verified,
  },
  {
    name: "api-flapping",
    what: "three of ten calls to the Kubernetes API are throttled, refused or reset all the time: verified all the same",
    talks: ["limits"],
    before: ({ inject }) => inject({ kind: "api-errors", ratio: 0.3 }),
    end: verified,
  },
  {
    name: "api-flapping-error-rate",
    what: "the same while the change hurts: taken back",
    talks: ["limits"],
    before: (act) => {
      withChange({ kind: "error-rate", ratio: 0.3 })(act);
      act.inject({ kind: "api-errors", ratio: 0.3 });
    },
    end: failed("error-ratio", /of the requests to bakery\/\w+ fail/),
    also: asBefore,
  },
  {
    name: "stale-reads",
    what: "every read answers as it was three seconds ago, and the new pods crash: taken back, not verified by old pods",
    talks: ["limits"],
    before: (act) => {
      withChange({ kind: "crash-loop" })(act);
      act.inject({ kind: "api-stale", milliseconds: 3_000 });
    },
    end: failed("pods", /CrashLoopBackOff/),
    also: asBefore,
  },
  {
    name: "killed",
    what: "coordinator and verify killed (-9) every five seconds of the verification: verified, as without",
    talks: ["limits"],
    seconds: 20,
    meanwhile: killAgainAndAgain,
    end: verified,
  },
  {
    name: "killed-latency",
    what: "the same while the change makes everything slow: taken back, as without",
    talks: ["limits"],
    seconds: 20,
    before: withChange({ kind: "latency", milliseconds: 2_500 }),
    meanwhile: killAgainAndAgain,
    end: failed("latency", /take up to 2500 ms/),
    also: asBefore,
  },
];
