/** The way in: one token, checked before it is kept. */
import { useEffect, useRef, useState } from "preact/hooks";
import { client } from "../api/client.ts";
import { Failure } from "../api/failure.ts";
import { Brand } from "../components/brand.tsx";

export function SignIn({ note, onToken }: { note: string | undefined; onToken: (token: string) => void }) {
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
      await client(given).me();
      onToken(given);
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
            A local school prints its tokens when it starts. On a cluster, ask whoever runs the school. The token is
            kept for this tab only.
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
