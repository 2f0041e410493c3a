/** What a change may hurt besides what it changes, as the manifests show it when it is planned. */
export interface BlastRadius {
  /** How many things depend on what is changed by one edge, and how many by more. */
  readonly direct: number;
  readonly transitive: number;
  /** The nearest of them. */
  readonly shown: readonly Hurt[];
}

export interface Hurt {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** 1: it depends on what is changed itself. */
  readonly distance: number;
  /** Why, from it to what is changed: `Deployment shop/web calls Service shop/api`. */
  readonly way: readonly string[];
}
