/** Pages that travel when somebody first goes there: a first visit loads the pipeline and what all pages share. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { FailureNote, Loading } from "./states.tsx";

const GONE = new Failure(
  "unreachable",
  "A part of the dashboard is out of reach",
  "The coordinator does not answer, or was updated since this page was opened. Load the page again.",
);

/** `load` brings the component; it is asked for once, and again after a failure. */
export function late<P extends object>(what: string, load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Late(props: P) {
    const [Shown, setShown] = useState(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== undefined) return undefined;
      let left = false;
      load().then(
        (component) => {
          loaded = component;
          if (!left) setShown(() => component);
        },
        () => {
          if (!left) setFailed(true);
        },
      );
      return () => {
        left = true;
      };
    }, []);
    if (Shown !== undefined) return <Shown {...props} />;
    // Loading the same file again is refused from the browser's memory of the failure: only a new page helps.
    return failed ? <FailureNote failure={GONE} onRetry={() => location.reload()} /> : <Loading what={what} />;
  };
}
