/**
 * A day of the school in a moment: improvements arrive by chance and pass the stages as the registry has them, with the
 * scaling of the committed manifests. Discrete events; the same seed gives the same day.
 */
import type { Scaler } from "../../../build/local/autoscaler/scaler.ts";
import { randomOf } from "../../chaos/suite/random.ts";
import { durations } from "./durations.ts";
import { type Events, eventsFrom } from "./events.ts";
import { budgetOf, type Gates, lines } from "./gates.ts";
import { mostUsed, p50, p95, type SimulationReport, type StageReport } from "./report.ts";
import { type SimulationSettings, WALK, type Walked } from "./settings.ts";
import { type SimulatedStage, simulatedStage } from "./stage.ts";
import { tallyWith } from "./tally.ts";

interface Item {
  readonly arrivedAt: number;
  readonly application: number;
  readonly bad: boolean;
}

/** `scalers`: by stage, as the manifests have them; not asked when `pods` is set. */
export function simulate(settings: SimulationSettings, scalers: ReadonlyMap<string, Scaler>): SimulationReport {
  const events = eventsFrom();
  const { now } = events;
  const random = randomOf(settings.seed);
  const all = tallyWith(now);
  const through: number[] = [];
  let [landed, takenBack, lastEnd] = [0, 0, 0];
  const over = () => now() >= settings.horizon && all.figures().inside === 0;

  const stages = Object.fromEntries(
    WALK.map((name) => {
      const scaler = scalers.get(name);
      if (scaler === undefined && settings.pods === undefined) throw new Error(`there is no scaler of ${name}`);
      const work = durations(random.fork(`work of ${name}`), settings.work[name]);
      return [name, simulatedStage({ name, events, settings, scaler, work, over })];
    }),
  ) as unknown as Record<Walked, SimulatedStage>;
  const push = durations(random.fork("push"), settings.push);
  const reconcile = durations(random.fork("reconcile"), settings.reconcile);
  const person = durations(random.fork("person"), settings.person);
  const [chance, where] = [random.fork("chance"), random.fork("where")];
  const locks = lines(settings.applications, now);
  const branches = lines(settings.repositories, now);
  const budget = budgetOf(events, settings);

  function begin(): void {
    const item: Item = {
      arrivedAt: now(),
      application: where.between(0, settings.applications - 1),
      bad: chance.next() < settings.bad,
    };
    const isAsked = chance.next() < settings.asked;
    all.enter();
    const decided = () => budget.take(() => implement(item));
    const approved = () => stages.approve.visit(() => (isAsked ? events.in(person(), decided) : decided()));
    const planned = () => stages.plan.visit(approved);
    stages.route.visit(() => stages.evaluate.visit(() => stages.validate.visit(planned)));
  }

  /** One change of the Application at a time, from here to the end. */
  function implement(item: Item): void {
    locks.take(item.application, () => {
      const free = () => locks.give(item.application);
      write("implement", item, () => {
        if (now() <= settings.horizon) landed += 1;
        live(() => watch(() => (item.bad ? takeBack(item, free) : end(item, free))));
      });
    });
  }

  /** A worker prepares, and has the branch to itself while it pushes; it keeps its slot meanwhile. */
  function write(stage: "implement" | "rollback", { application }: Item, then: () => void): void {
    const branch = application % settings.repositories;
    stages[stage].visit(then, (done) =>
      branches.take(branch, () =>
        events.in(push(), () => {
          branches.give(branch);
          done();
        }),
      ),
    );
  }

  /** `sync` looks until the commit is live; each look is a round of its own. */
  function live(then: () => void): void {
    const liveAt = now() + reconcile();
    const look = () =>
      stages.sync.visit(() => (now() >= liveAt ? then() : stages.sync.later(settings.syncInterval, look)));
    look();
  }

  function watch(then: () => void): void {
    const endsAt = now() + settings.watched;
    const look = () =>
      stages.verify.visit(() =>
        now() >= endsAt ? then() : stages.verify.later(Math.min(settings.verifyInterval, endsAt - now()), look),
      );
    look();
  }

  function takeBack(item: Item, free: () => void): void {
    takenBack += 1;
    // The revert is live and was looked at as long as the change before the lock is free.
    write("rollback", item, () => live(() => watch(() => end(item, free))));
  }

  function end({ arrivedAt }: Item, free: () => void): void {
    free();
    lastEnd = now();
    through.push(now() - arrivedAt);
    stages.learn.visit(() => all.leave(arrivedAt));
  }

  arrive(events, settings, random.fork("arrivals"), begin);
  events.until(settings.horizon);
  const atHorizon = stagesOf(stages, settings, scalers);
  for (const deadline = settings.horizon + settings.drain; !over() && now() < deadline; ) events.until(now() + 60);
  const gates: Gates = {
    "commit budget": { ...gate(budget.waits()), utilisation: budget.utilisation(settings.horizon) },
    "lock of the Application": {
      ...gate(locks.waits()),
      utilisation: locks.busyUntil(settings.horizon) / (settings.applications * settings.horizon),
    },
    branch: {
      ...gate(branches.waits()),
      utilisation: branches.busyUntil(settings.horizon) / (settings.repositories * settings.horizon),
    },
  };
  const final = stagesOf(stages, settings, scalers);
  const shares = {
    ...Object.fromEntries(Object.entries(atHorizon).map(([name, { utilisation }]) => [name, utilisation])),
    ...Object.fromEntries(Object.entries(gates).map(([name, { utilisation }]) => [name, utilisation])),
  };
  const { came, went, inside } = all.figures();
  return {
    arrived: came,
    ended: went,
    takenBack,
    inside,
    landedPerDay: (landed * 86_400) / settings.horizon,
    throughP50: p50(through),
    throughP95: p95(through),
    stages: Object.fromEntries(
      WALK.map((name) => [name, { ...(final[name] as StageReport), utilisation: atHorizon[name]?.utilisation ?? 0 }]),
    ),
    gates,
    bottleneck: mostUsed(shares),
    mostPods: Object.values(final).reduce((sum, { most }) => sum + most, 0),
    podHours: Object.values(atHorizon).reduce((sum, { podHours }) => sum + podHours, 0),
    all: all.figures(),
    lastEnd,
  };
}

function gate(waits: readonly number[]) {
  return { waitedP50: p50(waits), waitedP95: p95(waits) };
}

function stagesOf(
  stages: Readonly<Record<Walked, SimulatedStage>>,
  { perPod, pods }: SimulationSettings,
  scalers: ReadonlyMap<string, Scaler>,
): Record<string, StageReport> {
  return Object.fromEntries(
    WALK.map((name) => [name, stages[name].report(perPod[name] * (pods ?? scalers.get(name)?.maxReplicas ?? 1))]),
  );
}

/** Sources by chance (exponential gaps), each with as many proposals. */
function arrive(
  events: Events,
  { perDay, perSource, horizon }: SimulationSettings,
  random: ReturnType<typeof randomOf>,
  begin: () => void,
): void {
  const gap = (86_400 * perSource) / perDay;
  const next = () =>
    events.in(-Math.log(1 - random.next()) * gap, () => {
      if (events.now() > horizon) return;
      for (let n = 0; n < perSource; n += 1) begin();
      next();
    });
  next();
}
