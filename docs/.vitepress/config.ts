/**
 * The site: `npm run docs`. Its pages read as well in the repository, so a link that leaves docs/ is written as a path
 * and becomes one to the repository here.
 */
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { DefaultTheme, MarkdownRenderer } from "vitepress";
import { defineConfig } from "vitepress";

const repository = "https://github.com/epochal-js/epochal";

/** A section of the bar at the side: its pages, by path without `.md`, in the order of reading. */
const section = (text: string, pages: Readonly<Record<string, string>>): DefaultTheme.SidebarItem => ({
  text,
  collapsed: false,
  items: Object.entries(pages).map(([link, name]) => ({ text: name, link: `/${link}` })),
});

/** What typedoc has written; absent where the site is served before it was built. */
function api(): DefaultTheme.SidebarItem[] {
  try {
    return JSON.parse(
      readFileSync(new URL("../reference/api/typedoc-sidebar.json", import.meta.url), "utf8"),
    ) as DefaultTheme.SidebarItem[];
  } catch {
    return [];
  }
}

const guide = [
  section("Start", { start: "Five minutes" }),
  section("Tutorial", {
    "tutorial/": "What we build",
    "tutorial/folder": "1. A folder",
    "tutorial/look": "2. Look",
    "tutorial/train": "3. Train",
    "tutorial/resume": "4. Resume",
    "tutorial/serve": "5. Serve",
  }),
  section("How to", {
    "how-to/shuffle": "Shuffle samples",
    "how-to/your-data": "Read your data",
    "how-to/see-batches": "See your batches",
    "how-to/speed": "Speed it up",
    "how-to/bad-files": "Live with bad files",
    "how-to/imbalance": "Balance classes",
    "how-to/augment": "Augment images",
    "how-to/text": "Texts and padding",
    "how-to/models": "Save and load models",
    "how-to/metrics": "Judge a model",
    "how-to/jax": "Train with jax-js",
    "how-to/onnx": "Infer with onnxruntime",
    "how-to/browser": "Run in a browser",
    "how-to/machines": "Use several machines",
    "how-to/test": "Test a Sequence",
    "how-to/typescript": "TypeScript and workers",
    "how-to/docker": "Docker and CI",
  }),
  section("Understand", {
    "understand/one-idea": "The one idea",
    "understand/ownership": "Who owns a batch",
    "understand/order": "Order",
    "understand/faults": "Faults",
  }),
  section("Coming from", {
    "coming-from/keras": "Keras",
    "coming-from/pytorch": "PyTorch",
    "coming-from/tf-data": "tf.data",
  }),
];

const reference = [
  section("Reference", {
    "reference/": "What is exported",
    "reference/options": "Options",
    "reference/training": "Training",
    "reference/callbacks": "Callbacks",
    "reference/layers": "Layers by backend",
    "reference/data": "Readers",
    "reference/images": "Images",
    "reference/cli": "Command line",
    "reference/errors": "Errors and warnings",
    "reference/messages": "All messages",
  }),
  { text: "API", collapsed: false, items: api() },
];

const about = [
  section("About", {
    benchmarks: "Benchmarks",
    changes: "Changes",
    "decisions/": "Decisions",
  }),
];

/** Links that leave the folder of the pages lead to the repository. */
function linkToRepository(markdown: MarkdownRenderer): void {
  const { normalizeLink } = markdown;
  markdown.core.ruler.push("repository-links", ({ tokens, env }) => {
    const { relativePath } = env as { readonly relativePath: string };
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href === null || /^([a-z]+:|#|\/)/.test(href)) continue;
      // Links of CHANGELOG.md, which changes.md shows, begin where that file lies.
      const included = relativePath === "changes.md" && !href.startsWith("../");
      const target = included ? href : posix.join("docs", posix.dirname(relativePath), href);
      if (included) token.attrSet("href", posix.relative("docs", target));
      if (target.startsWith("docs/")) continue;
      token.attrSet("href", normalizeLink(`${repository}/blob/main/${target}`));
    }
  });
}

export default defineConfig({
  title: "epochal",
  description: "The training-data loader for JavaScript and TypeScript",
  base: "/epochal/",
  cleanUrls: true,
  lastUpdated: false,
  rewrites: { "decisions/README.md": "decisions/index.md" },
  markdown: { config: linkToRepository },
  themeConfig: {
    nav: [
      { text: "Start", link: "/start" },
      { text: "Tutorial", link: "/tutorial/" },
      { text: "How to", link: "/how-to/shuffle" },
      { text: "Reference", link: "/reference/" },
      { text: "Demo", link: "/demo/", target: "_self" },
      { text: "About", items: about[0]!.items! as DefaultTheme.NavItemWithLink[] },
    ],
    sidebar: {
      "/reference/": reference,
      "/decisions/": about,
      "/benchmarks": about,
      "/changes": about,
      "/": guide,
    },
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
    footer: { message: "MIT licence" },
  },
});
