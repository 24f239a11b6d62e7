import { defineConfig } from "vitest/config";

/**
 * One project a kind of test, run one after the other; a file's suffix says its kind.
 *
 * - `*.test.ts`           unit and property tests over `src`
 * - `*.dist.test.ts`      workers, faults and anything that starts a thread or a process, over the built `dist`
 * - `*.browser.test.ts`   real Chromium, Firefox and WebKitGTK over `dist`
 * - `*.example.test.ts`   runs the examples as a user would
 * - `*.package.test.ts`   packs the tarball and installs it into an empty folder
 *
 * `import … from "epochal"` resolves to `dist` through the package's own exports. Nothing is retried.
 */
const kinds = ["dist", "browser", "example", "package"] as const;

export default defineConfig({
  test: {
    // A focused test fails the run. The linter cannot say so: it takes our `fit` for a focused `it`.
    allowOnly: false,
    reporters: ["default", "./scripts/summary-reporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: kinds.map((kind) => `test/**/*.${kind}.test.ts`),
          sequence: { groupOrder: 0 },
          // Vitest leaves a core to itself, of which it needs little: of two it would use one.
          maxWorkers: 2,
          testTimeout: 300_000,
        },
      },
      ...kinds.map((kind, i) => ({
        test: {
          name: kind,
          include: [`test/**/*.${kind}.test.ts`],
          sequence: { groupOrder: i + 1 },
          // Processes of their own: a leaked handle or a crash is then seen, and stays where it was made.
          pool: "forks" as const,
          // Side by side on two cores also where they start workers, browsers or npm, as these wait for most of their time.
          maxWorkers: 2,
          server: { deps: { external: [/\/dist\//] } },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      })),
    ],
  },
});
