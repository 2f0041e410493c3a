/** What every component below the shell may use: the API, who looks, and the events. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Person } from "../api/answers.ts";
import type { Client } from "../api/client.ts";
import type { LiveState, Moved } from "../live/follow.ts";

export type News = { readonly kind: "moved"; readonly moved: Moved } | { readonly kind: "resumed" };

export interface SchoolState {
  readonly api: Client;
  readonly person: Person;
  readonly live: LiveState;
  /** Calls back for every event until the function it returns is called. */
  readonly subscribe: (listener: (news: News) => void) => () => void;
}

const School = createContext<SchoolState | undefined>(undefined);
export const SchoolProvider = School.Provider;

export function useSchool(): SchoolState {
  const school = useContext(School);
  if (school === undefined) throw new Error("useSchool outside of the shell");
  return school;
}
