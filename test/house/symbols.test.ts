/** House rules about names and what they stand for, as the compiler sees them. */
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { compile, entryPoints, pathOf, resolve } from "./program.ts";
import { moduleState } from "./state.ts";

const { checker, files } = compile();

/** Whether a module stands in the place of another one outside of Node, with the same names. */
const standsIn = (path: string): boolean => path.endsWith(".web.ts");

/** What a module declares and exports itself. */
const exported = [...files].flatMap(([path, file]) =>
  exportsOf(file)
    .map(([name, symbol]) => ({ path, name, symbol }))
    .filter(({ symbol }) => symbol.declarations?.some((declaration) => pathOf(declaration) === path)),
);

/** What users import: entry point, name and what it stands for. */
const entries = [...entryPoints()].map(([specifier, path]) => ({
  specifier,
  symbols: allExports(files.get(path)!),
}));

describe("names", () => {
  it("that modules export are one each", () => {
    const paths = new Map<string, string[]>();
    for (const { path, name } of exported)
      if (!standsIn(path)) paths.set(name, [...(paths.get(name) ?? []), path]);
    const twice = [...paths].filter(([, of]) => of.length > 1);
    expect(twice.map(([name, of]) => `${name}: ${of.join(", ")}`)).toEqual([]);
  });

  it("of types that a module has for itself are not those of another's exported ones", () => {
    const types = new Map(
      exported
        .filter(({ path, symbol }) => symbol.flags & ts.SymbolFlags.Type && !standsIn(path))
        .map(({ name, path }) => [name, path]),
    );
    const taken = [...files].flatMap(([path, file]) =>
      file.statements
        .filter(isTypeDeclaration)
        .filter(isPrivate)
        .map((declaration) => declaration.name?.text ?? "")
        .filter((name) => types.has(name))
        .map((name) => `${name}: ${path}, ${types.get(name)}`),
    );
    expect(taken).toEqual([]);
  });
});

describe("docstrings", () => {
  it("stand at everything that a module exports", () => {
    const silent = exported.filter(({ symbol }) => !isDocumented(symbol));
    expect(silent.map(({ path, name }) => `${path} ${name}`)).toEqual([]);
  });

  it.each(entries)("stand at everything that $specifier exports, and at its members", ({ symbols }) => {
    const silent = [...symbols.values()].flatMap((symbol) => [
      ...(isDocumented(symbol) ? [] : [symbol.name]),
      ...publicMembers(symbol)
        .filter((member) => !isDocumented(member))
        .map((member) => `${symbol.name}.${member.name}`),
    ]);
    expect(silent).toEqual([]);
  });

  it("say themselves what they are about", () => {
    const headless = [...files].filter(([, file]) => file.text.includes("See the head of this file"));
    expect(headless.map(([path]) => path)).toEqual([]);
  });
});

describe("public signatures", () => {
  const importable = new Set(entries.flatMap(({ symbols }) => [...symbols.values()]));

  it.each(entries)("of $specifier name types that can be imported", ({ symbols }) => {
    const hidden = [...symbols.values()].flatMap((symbol) =>
      typesIn(symbol)
        .filter((type) => !importable.has(type))
        .map((type) => `${type.name} in ${symbol.name}`),
    );
    expect(hidden).toEqual([]);
  });
});

describe("modules", () => {
  it("keep nothing that changes, but for what has a reason", () => {
    expect([...mutableState()].sort()).toEqual(Object.keys(moduleState).sort());
  });
});

/** Names that a module exports, with what they stand for. */
function exportsOf(file: ts.SourceFile): [name: string, symbol: ts.Symbol][] {
  const module = checker.getSymbolAtLocation(file);
  return module === undefined
    ? []
    : checker.getExportsOfModule(module).map((symbol) => [symbol.name, resolve(checker, symbol)]);
}

/** As {@link exportsOf}, with what is in exported namespaces. */
function allExports(file: ts.SourceFile): Map<string, ts.Symbol> {
  const found = new Map<string, ts.Symbol>();
  const add = (of: ts.SourceFile, prefix: string): void => {
    for (const [name, symbol] of exportsOf(of)) {
      const module = symbol.declarations?.find(ts.isSourceFile);
      if (module) add(module, `${prefix}${name}.`);
      else found.set(prefix + name, symbol);
    }
  };
  add(file, "");
  return found;
}

function isDocumented(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length > 0;
}

/** What an editor offers after a dot on an instance, and on the class itself. */
function publicMembers(symbol: ts.Symbol): ts.Symbol[] {
  const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
  return members.filter((member) => {
    const declaration = member.declarations?.[0];
    return (
      declaration !== undefined &&
      isOurs(declaration) &&
      (ts.isMethodDeclaration(declaration) ||
        ts.isMethodSignature(declaration) ||
        ts.isPropertyDeclaration(declaration) ||
        ts.isPropertySignature(declaration) ||
        ts.isAccessor(declaration)) &&
      ts.isIdentifier(declaration.name) &&
      isPublic(declaration)
    );
  });
}

function isPublic(declaration: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const name = ts.getNameOfDeclaration(declaration);
  return (
    (ts.getCombinedModifierFlags(declaration) & hidden) === 0 &&
    !(name && ts.isPrivateIdentifier(name)) &&
    !ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "internal")
  );
}

type TypeDeclaration =
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.ClassDeclaration
  | ts.EnumDeclaration;

function isTypeDeclaration(node: ts.Node): node is TypeDeclaration {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node)
  );
}

function isPrivate(declaration: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) === 0;
}

/** Whether this is the implementation of a constructor that has several signatures. */
function isImplementation(element: ts.ClassElement): boolean {
  if (!ts.isConstructorDeclaration(element) || element.body === undefined) return false;
  return element.parent.members.filter(ts.isConstructorDeclaration).length > 1;
}

function isOurs(declaration: ts.Declaration): boolean {
  return files.has(pathOf(declaration));
}

/** Types of ours that are named in the declarations of `symbol`: its parameters, results, members and bases. */
function typesIn(symbol: ts.Symbol): ts.Symbol[] {
  const found = new Set<ts.Symbol>();
  // A type is made of parts that may be its module's own.
  const isAlias = (symbol.flags & ts.SymbolFlags.TypeAlias) !== 0;
  const visit = (node: ts.Node): void => {
    // Bodies and initial values are no part of a signature, nor are members that nobody sees.
    if (ts.isBlock(node) || (ts.isClassElement(node) && (!isPublic(node) || isImplementation(node)))) return;
    const named = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : ts.isTypeQueryNode(node)
          ? node.exprName
          : undefined;
    const type = named && checker.getSymbolAtLocation(named);
    const target = type && resolve(checker, type);
    const isNamed = (each: ts.Declaration): boolean =>
      isOurs(each) &&
      !ts.isTypeParameterDeclaration(each) &&
      !ts.isSourceFile(each) &&
      !(isAlias && isPrivate(each));
    if (target?.declarations?.some(isNamed)) found.add(target);
    ts.forEachChild(node, (child) => {
      const { initializer } = node as { readonly initializer?: ts.Node };
      if (child !== initializer) visit(child);
    });
  };
  const declarations = symbol.declarations?.filter((each) => isOurs(each) && isPublic(each)) ?? [];
  // The last of several signatures is that of the implementation.
  const overloads = declarations.filter((each) => !ts.isFunctionDeclaration(each) || each.body === undefined);
  for (const declaration of overloads.length > 0 ? overloads : declarations) visit(declaration);
  return [...found];
}

/** Methods that change what they are called on. */
const changes =
  /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|register|set[A-Z]\w*)$/;

/** Functions that change what they are given first. */
const ofObjects =
  /^(Object\.(assign|definePropert(y|ies)|setPrototypeOf)|Reflect\.(set|defineProperty|deleteProperty))$/;

/** Classes whose instances do not change. */
const constants = /^(RegExp|TextEncoder|TextDecoder|URL|Error)$/;

/** Memory that whoever gets it may write. */
const scratch = /^(Shared)?ArrayBuffer$|^(Int|Uint|Float|Big\w+)\w*Array$|^DataView$/;

/** Variables of modules that are given other values, or whose values are changed, and static fields alike. */
function mutableState(): Set<string> {
  const found = new Set<string>();
  const add = (symbol: ts.Symbol | undefined): void => {
    const declaration = symbol && resolve(checker, symbol).declarations?.[0];
    if (declaration && isOurs(declaration) && isOfModule(declaration))
      found.add(`${pathOf(declaration)} ${symbol.name}`);
  };
  const addRoot = (expression: ts.Expression): void => {
    let at: ts.Expression = expression;
    while (
      ts.isPropertyAccessExpression(at) ||
      ts.isElementAccessExpression(at) ||
      ts.isNonNullExpression(at) ||
      ts.isParenthesizedExpression(at) ||
      ts.isAsExpression(at) ||
      // What a method of it gave: `map.get(key)!.push(…)`.
      (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression))
    )
      at = at.expression;
    if (ts.isIdentifier(at)) add(checker.getSymbolAtLocation(at));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && isOfModule(node)) {
      const constant = (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const) !== 0;
      const made =
        node.initializer && ts.isNewExpression(node.initializer) && node.initializer.expression.getText();
      if (!constant || (made && (scratch.test(made) || (!constants.test(made) && !isReadonly(node.type)))))
        add(checker.getSymbolAtLocation(node.name));
    } else if (ts.isPropertyDeclaration(node) && isMutableStatic(node)) {
      add(checker.getSymbolAtLocation(node.name));
    } else if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) addRoot(node.left);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const { operator, operand } = node;
      if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken)
        addRoot(operand);
    } else if (ts.isDeleteExpression(node)) addRoot(node.expression);
    else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      if (changes.test(node.expression.name.text)) addRoot(node.expression.expression);
      if (ofObjects.test(node.expression.getText())) addRoot(node.arguments[0]!);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files.values()) visit(file);
  return found;
}

/** Whether a variable stands at the top of a module, and so lives as long as that. */
function isOfModule(declaration: ts.Declaration): boolean {
  if (ts.isPropertyDeclaration(declaration)) return isMutableStatic(declaration);
  return ts.isVariableDeclaration(declaration) && ts.isSourceFile(declaration.parent.parent.parent);
}

/** Whether a type says that what is kept does not change, itself or by what it is another name of. */
function isReadonly(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && checker.getTypeFromTypeNode(type).symbol?.name.startsWith("Readonly");
}

function isMutableStatic(field: ts.PropertyDeclaration): boolean {
  const flags = ts.getCombinedModifierFlags(field);
  return (flags & ts.ModifierFlags.Static) !== 0 && (flags & ts.ModifierFlags.Readonly) === 0;
}

function isAssignment(token: ts.SyntaxKind): boolean {
  return token >= ts.SyntaxKind.FirstAssignment && token <= ts.SyntaxKind.LastAssignment;
}
