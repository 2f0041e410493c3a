/** The words of HTML that a person would see. */
import { compile, type FormatCallback, type HtmlToTextOptions } from "html-to-text";

type Selector = NonNullable<HtmlToTextOptions["selectors"]>[number];

/** Not written for the reader of the article, or not by its author. */
const NO_PROSE =
  "script,style,noscript,template,svg,math,canvas,iframe,object,embed,video,audio,form,button,select,textarea,input,label,dialog," +
  "nav,aside,footer,menu,img,picture,table.highlight,sup.footnote-ref";
const BY_ROLE = ["navigation", "banner", "contentinfo", "complementary", "search", "menu", "dialog", "alert"];
const COMMENTS =
  "#comments,#comment,#disqus_thread,#respond,.comments,.comments-area,.comment-list,.comment-respond,.comment-thread," +
  ".giscus,.utterances,.sidebar,.share,.sharing,.social-share,.related-posts,.newsletter,.breadcrumbs,.breadcrumb,.table-of-contents,.toc,.cookie-banner";
/** Instructions to the reading machine are hidden like this; what no person sees nobody has said. */
const HIDDEN = "[hidden]|[aria-hidden='true']|.sr-only|.visually-hidden|.screen-reader-text|.d-none|.hidden".split("|");
const HIDDEN_BY_STYLE =
  "display:none|display: none|visibility:hidden|visibility: hidden|opacity:0;|opacity: 0;|font-size:0|font-size: 0|left:-9|left: -9|top:-9|top: -9|text-indent:-|text-indent: -";

const SKIPPED = [
  ...NO_PROSE.split(","),
  ...BY_ROLE.map((role) => `[role="${role}"]`),
  ...COMMENTS.split(","),
  ...HIDDEN,
  ...HIDDEN_BY_STYLE.split("|").map((style) => `[style*="${style}"i]`),
];

const OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxInputLength: 2_000_000, maxDepth: 200, maxChildNodes: 20_000, ellipsis: "" },
  formatters: { fenced },
  selectors: [
    { selector: "a", options: { ignoreHref: true } },
    ...[1, 2, 3, 4, 5, 6].map((level): Selector => ({ selector: `h${level}`, options: { uppercase: false } })),
    { selector: "table", format: "block" },
    { selector: "tr", format: "block" },
    ...["td", "th"].map((cell): Selector => ({ selector: cell, format: "inlineSurround", options: { suffix: " " } })),
    { selector: "pre", format: "fenced" },
    { selector: "body > header", format: "skip" },
    ...SKIPPED.map((selector): Selector => ({ selector, format: "skip" })),
  ],
};

/** Code stays apart from what is said about it: `ingest` sets fenced blocks aside. */
function fenced(...[element, walk, builder]: Parameters<FormatCallback>): void {
  builder.openBlock({ leadingLineBreaks: 2, isPre: true });
  builder.addLiteral("```\n");
  walk(element.children, builder);
  builder.addLiteral("\n```");
  builder.closeBlock({ trailingLineBreaks: 2 });
}

const LONGEST = 2_000_000;
const DEEPEST = 400;
/** Elements that end by themselves, or that people do not end. */
const ENDLESS =
  /^(?:p|li|d[td]|t[rdh]|tbody|thead|option|br|hr|img|input|meta|link|source|area|base|col|wbr|path|html|body|head)$/iu;

function converter(selectors: readonly string[], isWhole: boolean): (html: string) => string {
  const baseElements = { selectors: [...selectors], returnDomByDefault: isWhole };
  const convert = compile({ ...OPTIONS, baseElements, limits: { ...OPTIONS.limits, maxBaseElements: 1 } });
  return (html) => tidy(convert(withinDepth(html.slice(0, LONGEST))));
}

const whole = converter(["body"], true);
/** Where pages keep what they are about, the surest first. */
const places = [
  converter(['[itemprop="articleBody"]'], false),
  converter(["article"], false),
  converter(["main", '[role="main"]', "#content", "#main"], false),
];
/** Fewer words are a teaser or a heading. */
const FEWEST_WORDS = 40;

/** A fragment or a small document, without looking for its article. */
export function fragmentText(html: string): string {
  return whole(html);
}

/** The article of a page: of its likely places the surest that holds a fair part of what the page says. */
export function articleText(html: string): string {
  const all = whole(html);
  const wanted = Math.max(FEWEST_WORDS, wordsIn(all) / 4);
  for (const place of places) {
    const text = place(html);
    if (wordsIn(text) >= wanted) return text;
  }
  return all;
}

export function wordsIn(text: string): number {
  return text.match(/\p{L}[\p{L}\p{N}'’-]*/gu)?.length ?? 0;
}

/** Up to where elements are nested deeper than any page needs: converting takes far longer with every level. */
function withinDepth(html: string): string {
  let depth = 0;
  for (const { 1: close, 2: name = "", index } of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/giu)) {
    if (ENDLESS.test(name)) continue;
    depth = Math.max(0, depth + (close === "/" ? -1 : 1));
    if (depth > DEEPEST) return html.slice(0, index);
  }
  return html;
}

function tidy(text: string): string {
  return text
    .replaceAll(/[ \t]+$/gmu, "")
    .replaceAll(/\n{3,}/gu, "\n\n")
    .trim();
}
