/** The frame of every page: where one is, who one is, whether what is shown is live. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { Person } from "../api/answers.ts";
import type { Failure } from "../api/failure.ts";
import type { LiveState } from "../live/follow.ts";
import { PAGES } from "../logic/pages.ts";
import { goTo, usePlace } from "../state/use-place.ts";
import { type Shortcut, useShortcuts } from "../state/use-shortcuts.ts";
import { Brand, LiveMark } from "./brand.tsx";
import { CurrentPage } from "./current-page.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { Menu } from "./menu.tsx";
import { FailureNote, Loading } from "./states.tsx";

interface ShellProps {
  readonly person?: Person;
  readonly live?: LiveState;
  readonly failure?: Failure | undefined;
  readonly onSignOut?: () => void;
}

const LOST: Readonly<Partial<Record<LiveState, string>>> = {
  lost: "The connection to the coordinator is lost.",
  outage: "The coordinator waits for Redis, which does not answer.",
};

export function Shell({ person, live, failure, onSignOut }: ShellProps) {
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const [helping, setHelping] = useState(false);
  const shortcuts = useMemo(() => everywhere(() => setHelping(true)), []);
  useShortcuts(shortcuts);
  // Not a link: its target is a fragment, and fragments are taken for tokens here.
  const skip = () => main.current?.focus();
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="top">
        <Brand />
        {live !== undefined && <LiveMark state={live} />}
        {person !== undefined && <Menu place={place} onHelp={() => setHelping(true)} />}
        <span class="spring" />
        {person !== undefined && (
          <>
            <span class="me">
              {person.name} <span class="role">{person.role}</span>
            </span>
            <button type="button" class="quiet" onClick={onSignOut}>
              Sign out
            </button>
          </>
        )}
      </header>
      {live !== undefined && LOST[live] !== undefined && (
        <p class="lost" role="alert">
          {LOST[live]} You see what was last known; this page comes back by itself.
        </p>
      )}
      <main ref={main} tabIndex={-1}>
        {person === undefined ? <Waiting failure={failure} /> : <CurrentPage place={place} />}
      </main>
      {helping && <HelpDialog onClose={() => setHelping(false)} />}
    </>
  );
}

function Waiting({ failure }: { failure: Failure | undefined }) {
  return failure === undefined ? <Loading what="the school" /> : <FailureNote failure={failure} />;
}

function everywhere(help: () => void): Shortcut[] {
  const pages = PAGES.map(({ href, name, key }) => ({
    keys: `g ${key}`,
    does: `Go to ${name.toLowerCase()}`,
    group: "Pages",
    run: () => goTo(href),
  }));
  const group = "Everywhere";
  return [
    ...pages,
    { keys: "/", does: "Search", group, run: search },
    { keys: "?", does: "Show the shortcuts", group, run: help },
  ];
}

/** The page's own search field; from a page that has none to the list of improvements. */
function search(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  if (field === null) goTo("/improvements");
  else field.select();
}
