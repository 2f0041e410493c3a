/** Ports whose adapters only some functions use: they are loaded with the first call, not with every start. */

type Methods<Port> = { readonly [Name in keyof Port]: (...args: never[]) => Promise<unknown> };

/** `names`: every method of the port. What `load` throws, the calls throw; the next one loads again. */
export function late<Port extends Methods<Port>>(load: () => Promise<Port>, names: readonly (keyof Port)[]): Port {
  let loaded: Promise<Port> | undefined;
  async function port(): Promise<Port> {
    loaded ??= load();
    try {
      return await loaded;
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  }
  const entries = names.map((name) => [name, async (...args: never[]) => (await port())[name](...args)] as const);
  return Object.fromEntries(entries) as unknown as Port;
}
