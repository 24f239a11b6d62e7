/** The modules of `src` and what they import, as the TypeScript parser sees them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The repository's root, as a URL that ends with a slash. */
export const root = new URL("../../", import.meta.url);

/** One import. */
export interface Import {
  /** `static` runs when the module is loaded, `dynamic` when the call is reached, `type` never. */
  readonly kind: "static" | "dynamic" | "type";
  /** As it is written: `../core/errors.ts`, `#core/engine`, `node:fs`, `sharp`. */
  readonly specifier: string;
  /** Path from the root where it is ours, such as `src/core/errors.ts`; undefined otherwise. */
  readonly path: string | undefined;
}

/** One module. */
export interface Module {
  /** Path from the root. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Paths from the root of all files under `folder` that `pattern` matches, in order; none where it does not exist. */
export function filesUnder(folder: string, pattern: RegExp): string[] {
  const top = fileURLToPath(new URL(`${folder}/`, root));
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(fileURLToPath(root), join(entry.parentPath, entry.name)))
    .filter((path) => pattern.test(path) && !path.includes("node_modules"))
    .sort();
}

/** Text of a file, by its path from the root. */
export function read(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

/** The inspector's page: a program of its own, which a bundler makes of its modules and of packages. */
const page = "src/inspect/page/";

/** All modules of `src`, the kernel's AssemblyScript included, the page's not. */
export function readModules(): Module[] {
  return filesUnder("src", /\.ts$/)
    .filter((path) => !path.endsWith(".generated.ts") && !path.startsWith(page))
    .map((path) => ({ path, text: read(path), imports: importsOf(path, read(path)) }));
}

/** What a name with `#` stands for: one module in Node, another one everywhere else, as `imports` in package.json says. */
export const platforms = ["node", "web"] as const;

/** The imports of a module's source text; those of a name with `#` once for each platform. */
export function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (kind: Import["kind"], specifier: string): void => {
    if (specifier.startsWith("#"))
      for (const platform of platforms)
        found.push({ kind, specifier, path: `src/${specifier.slice(1)}.${platform}.ts` });
    else if (specifier.startsWith("."))
      found.push({ kind, specifier, path: new URL(specifier, new URL(path, "file:///")).pathname.slice(1) });
    else found.push({ kind, specifier, path: undefined });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(isTypeImport(node.importClause) ? "type" : "static", node.moduleSpecifier.text);
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(isTypeExport(node) ? "type" : "static", node.moduleSpecifier.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add("type", (node.argument.literal as ts.StringLiteral).text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      const literal = argument && ts.isAsExpression(argument) ? argument.expression : argument;
      if (literal && ts.isStringLiteral(literal)) add("dynamic", literal.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

/**
 * The modules reached from `entry` by static imports, `entry` included, each with the one that led there; only those of one
 * platform where that is named.
 */
export function staticallyReachable(
  modules: readonly Module[],
  entry: string,
  platform?: (typeof platforms)[number],
): Map<string, string> {
  const isThere = (path: string): boolean =>
    platform === undefined ||
    platforms.every((other) => other === platform || !path.endsWith(`.${other}.ts`));
  const byPath = new Map(modules.filter(({ path }) => isThere(path)).map((module) => [module.path, module]));
  const reached = new Map<string, string>([[entry, ""]]);
  for (const [path] of reached) {
    for (const { kind, path: next } of byPath.get(path)?.imports ?? []) {
      if (kind === "static" && next !== undefined && isThere(next) && !reached.has(next))
        reached.set(next, path);
    }
  }
  return reached;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const clause = node.exportClause;
  return (
    clause !== undefined &&
    ts.isNamedExports(clause) &&
    clause.elements.every((element) => element.isTypeOnly)
  );
}
