/** Every scenario there is, in the order people read them. */
import { endsWell } from "./ends-well.ts";
import { forAPerson } from "./for-a-person.ts";
import type { LearningScenario } from "./learning.ts";
import { learns } from "./learns.ts";
import { retrains } from "./retrains.ts";
import type { Scenario } from "./scenario.ts";
import { takenBack } from "./taken-back.ts";
import { underAttack } from "./under-attack.ts";

export type AnyScenario = Scenario | LearningScenario;

export const allScenarios: readonly AnyScenario[] = [
  ...endsWell,
  ...takenBack,
  ...forAPerson,
  ...underAttack,
  learns,
  retrains,
];
