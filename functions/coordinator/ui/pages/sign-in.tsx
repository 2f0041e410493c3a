/** The way in: one token, for which the browser gets a session. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { Brand } from "../components/brand.tsx";
import { signIn } from "../state/session.ts";

export function SignIn({ note, onEntered }: { note: string | undefined; onEntered: () => void }) {
  const [token, setToken] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const given = token.trim();
    if (given === "" || busy) return;
    if (!/^[\x21-\x7e]+$/.test(given)) {
      setFailure(new Failure("refused", "No token", "This is no token: tokens have no blanks and no accents."));
      return;
    }
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn(given);
      onEntered();
    } catch (error) {
      setFailure(Failure.from(error));
      setBusy(false);
    }
  }

  return (
    <>
      <header class="top">
        <Brand />
      </header>
      <main class="sign-in">
        <h1>Sign in</h1>
        {note !== undefined && <p class="note">{note}</p>}
        <form onSubmit={(event) => void submit(event)}>
          <label for="token">Token</label>
          <input
            ref={field}
            id="token"
            type="password"
            autoComplete="off"
            spellcheck={false}
            value={token}
            aria-describedby="token-help"
            aria-invalid={failure !== undefined}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
          <p id="token-help" class="help">
            A local school prints its tokens when it starts. On a cluster, ask whoever runs the school. The token itself
            is not kept: you get a session, which ends when you sign out, or stay away for long.
          </p>
          {failure !== undefined && (
            <p class="form-error" role="alert">
              {failure.message}
            </p>
          )}
          <button type="submit" class="primary" disabled={busy || token.trim() === ""}>
            {busy ? "Signing in …" : "Sign in"}
          </button>
        </form>
      </main>
    </>
  );
}
