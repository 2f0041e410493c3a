/** Every scenario there is, in the order people read them. */
import { endsWell } from "./ends-well.ts";
import { forAPerson } from "./for-a-person.ts";
import type { Scenario } from "./scenario.ts";
import { takenBack } from "./taken-back.ts";
import { underAttack } from "./under-attack.ts";

export const allScenarios: readonly Scenario[] = [...endsWell, ...takenBack, ...forAPerson, ...underAttack];
