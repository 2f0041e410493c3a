/** Signed out: a way in. Signed in: the shell with its pages, and the one connection all of them listen to. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Person } from "./api/answers.ts";
import { client } from "./api/client.ts";
import { Failure } from "./api/failure.ts";
import { Shell } from "./components/shell.tsx";
import { follow, type LiveState } from "./live/follow.ts";
import { SignIn } from "./pages/sign-in.tsx";
import { type News, SchoolProvider } from "./state/school.ts";
import { forgetAll } from "./state/seen.ts";
import { signIn, signOut, takeLinkedToken } from "./state/session.ts";

export function App() {
  // Whether anybody is signed in only the coordinator knows: the cookie cannot be read here.
  const [isOutside, setOutside] = useState(false);
  const [entries, setEntries] = useState(0);
  const [note, setNote] = useState<string>();

  const leave = useCallback((why?: string) => {
    forgetAll();
    setNote(why);
    setOutside(true);
  }, []);
  const enter = useCallback(() => {
    setNote(undefined);
    setEntries((before) => before + 1);
    setOutside(false);
  }, []);

  if (isOutside) return <SignIn note={note} onEntered={enter} />;
  return <SignedIn key={entries} onEnter={enter} onLeave={leave} />;
}

const ENDED = "Your session is not known here any more: it has ended. Sign in again.";
const NOT_HEARD = "The coordinator did not hear that you signed out. Open this page again, and sign out once more.";
const BY_PROXY = "You are signed in where your company signs you in: sign out there, or this page lets you in again.";
const RETRY_MS = 2_000;

interface SignedInProps {
  readonly onEnter: () => void;
  readonly onLeave: (why?: string) => void;
}

function SignedIn({ onEnter, onLeave }: SignedInProps) {
  const [person, setPerson] = useState<Person>();
  const [failure, setFailure] = useState<Failure>();
  const [live, setLive] = useState<LiveState>("connecting");
  const listeners = useRef(new Set<(news: News) => void>());
  const wasKnown = useRef(false);
  const refused = useCallback(() => {
    // A link never changes who somebody is: it counts for who is nobody yet.
    const token = takeLinkedToken();
    if (token === undefined) return onLeave(wasKnown.current ? ENDED : undefined);
    return void signIn(token).then(onEnter, (error: unknown) => onLeave(Failure.from(error).message));
  }, [onEnter, onLeave]);
  const api = useMemo(() => client(refused), [refused]);

  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    function ask(): void {
      api.me(ended.signal).then(
        (me) => {
          takeLinkedToken();
          wasKnown.current = true;
          setPerson(me);
          setFailure(undefined);
        },
        (error: unknown) => {
          const why = Failure.from(error);
          if (ended.signal.aborted || why.kind === "signed-out") return;
          if (why.kind === "forbidden") return onLeave(why.message);
          setFailure(why);
          timer = setTimeout(ask, RETRY_MS);
        },
      );
    }
    ask();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [api, onLeave]);

  const isKnown = person !== undefined;
  useEffect(() => {
    if (!isKnown) return undefined;
    const tell = (news: News) => {
      for (const listener of listeners.current) listener(news);
    };
    return follow({
      onState: setLive,
      onMoved: (moved) => tell({ kind: "moved", moved }),
      onResumed: () => tell({ kind: "resumed" }),
      onRefused: refused,
    });
  }, [isKnown, refused]);

  const subscribe = useCallback((listener: (news: News) => void) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);
  const school = useMemo(
    () => (person === undefined ? undefined : { api, person, live, subscribe }),
    [api, person, live, subscribe],
  );
  const goOut = useCallback(() => {
    signOut().then(
      () => onLeave(person?.by === "proxy" ? BY_PROXY : undefined),
      () => onLeave(NOT_HEARD),
    );
  }, [person, onLeave]);

  if (school === undefined) return <Shell failure={failure} />;
  return (
    <SchoolProvider value={school}>
      <Shell person={school.person} live={live} onSignOut={goOut} />
    </SchoolProvider>
  );
}
