/** The modules of `src` as the TypeScript compiler understands them: with symbols and types. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { read, readModules, root } from "./modules.ts";

/** One compiler run over `src`. */
export interface Program {
  readonly checker: ts.TypeChecker;
  /** Source files by their path from the root. */
  readonly files: ReadonlyMap<string, ts.SourceFile>;
  /** Those of tsconfig.json, but for the types of packages that nobody imports. */
  readonly options: ts.CompilerOptions;
}

/** Compiles `src`, without writing anything. */
export function compile(): Program {
  const folder = fileURLToPath(root);
  const config = ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile).config as object;
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, folder);
  const options = { ...parsed.options, types: [] };
  const paths = readModules().map(({ path }) => path);
  const program = ts.createProgram(
    paths.map((path) => folder + path),
    options,
  );
  return {
    options,
    checker: program.getTypeChecker(),
    files: new Map(paths.map((path) => [path, program.getSourceFile(folder + path)!])),
  };
}

/** What lies behind an import or a re-export. */
export function resolve(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Path from the root of the module that declares `node`. */
export function pathOf(node: ts.Node): string {
  return node.getSourceFile().fileName.slice(fileURLToPath(root).length);
}

/** The entry points of the package: name for an import, and module. */
export function entryPoints(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(read("package.json")) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  return new Map(
    Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === "string"
        ? []
        : [
            [
              subpath.replace(/^\./, "epochal"),
              target.types.replace(/^\.\/dist\//, "src/").replace(/\.d\.ts$/, ".ts"),
            ],
          ],
    ),
  );
}
