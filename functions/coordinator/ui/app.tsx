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
import { forgetToken, storedToken, storeToken } from "./state/session.ts";

export function App() {
  const [token, setToken] = useState(storedToken);
  const [note, setNote] = useState<string>();

  const leave = useCallback((why?: string) => {
    forgetToken();
    forgetAll();
    setNote(why);
    setToken(undefined);
  }, []);
  const enter = useCallback((given: string) => {
    storeToken(given);
    setNote(undefined);
    setToken(given);
  }, []);

  if (token === undefined) return <SignIn note={note} onToken={enter} />;
  return <SignedIn key={token} token={token} onLeave={leave} />;
}

const NOT_KNOWN = "Your token is not known here any more. Sign in with one that is.";
const RETRY_MS = 2_000;

function SignedIn({ token, onLeave }: { token: string; onLeave: (why?: string) => void }) {
  const [person, setPerson] = useState<Person>();
  const [failure, setFailure] = useState<Failure>();
  const [live, setLive] = useState<LiveState>("connecting");
  const listeners = useRef(new Set<(news: News) => void>());
  const refused = useCallback(() => onLeave(NOT_KNOWN), [onLeave]);
  const api = useMemo(() => client(token, refused), [token, refused]);

  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    function ask(): void {
      api.me(ended.signal).then(
        (me) => {
          setPerson(me);
          setFailure(undefined);
        },
        (error: unknown) => {
          if (ended.signal.aborted) return;
          setFailure(Failure.from(error));
          timer = setTimeout(ask, RETRY_MS);
        },
      );
    }
    ask();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [api]);

  useEffect(() => {
    const tell = (news: News) => {
      for (const listener of listeners.current) listener(news);
    };
    return follow({
      token,
      onState: setLive,
      onMoved: (moved) => tell({ kind: "moved", moved }),
      onResumed: () => tell({ kind: "resumed" }),
      onRefused: refused,
    });
  }, [token, refused]);

  const subscribe = useCallback((listener: (news: News) => void) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);
  const school = useMemo(
    () => (person === undefined ? undefined : { api, person, live, subscribe }),
    [api, person, live, subscribe],
  );
  const signOut = useCallback(() => onLeave(), [onLeave]);

  if (school === undefined) return <Shell failure={failure} />;
  return (
    <SchoolProvider value={school}>
      <Shell person={school.person} live={live} onSignOut={signOut} />
    </SchoolProvider>
  );
}
