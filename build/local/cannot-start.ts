/** What a person can mend before the next try; shown without a stack. */
export class CannotStart extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "CannotStart";
  }
}
