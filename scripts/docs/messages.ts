/**
 * The page of all messages, docs/reference/messages.md, made of the source: what every `new XError(…)` there says, with
 * ‹names› in the places that are filled in when it is thrown. Most end with the next step, so this is every error with
 * its cure, to be searched.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** The messages in texts of modules: for each class that extends `EpochalError`, sorted, each once. */
export function messagesIn(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const modules = texts.map((text) => ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true));
  const classes = modules
    .flatMap((module) => nodesOf(module, ts.isClassDeclaration))
    .filter(({ heritageClauses }) => /\bextends EpochalError</.test(heritageClauses?.[0]?.getText() ?? ""))
    .map(({ name }) => name!.text);
  const makers = new Map(
    modules.flatMap((module) => nodesOf(module, ts.isFunctionDeclaration)).flatMap(makerOf),
  );
  const messages = new Map(classes.sort().map((name) => [name, new Set<string>()]));
  for (const module of modules) {
    const constants = constantsOf(module);
    for (const { expression, arguments: args } of nodesOf(module, isCall)) {
      const name = ts.isIdentifier(expression) ? expression.text : "";
      const found = messages.get(name) ?? messages.get(makers.get(name) ?? "");
      for (const text of textsOf(args?.[0], constants)) if (isMessage(text)) found?.add(text);
    }
  }
  return new Map([...messages].map(([name, found]) => [name, [...found].sort()]));
}

/** The page in Markdown. */
export function messagesPage(): string {
  const paths = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const messages = messagesIn(paths.map((path) => readFileSync(source + path, "utf8")));
  const sections = [...messages].map(
    ([name, texts]) =>
      `## ${name}\n\n[What it means](errors.md#${name.toLowerCase()}).\n\n${texts.map(listed).join("\n")}\n`,
  );
  return `# All messages\n\nEvery message of epochal's errors, to be searched: ‹names› stand for what differs from case to case. Most end with what to do next; [Errors and warnings](errors.md) says more of the frequent ones.\n\n${sections.join("\n")}`;
}

/** As code, within backticks that are none of the message's own. */
function listed(message: string): string {
  return `- \`\` ${message} \`\``;
}

/** A text that says something itself, and is not all put together elsewhere. */
function isMessage(text: string): boolean {
  return /\w+ \w+/.test(text.replace(/‹[^›]*›/g, ""));
}

type Call = ts.NewExpression | ts.CallExpression;

function isCall(node: ts.Node): node is Call {
  return ts.isNewExpression(node) || ts.isCallExpression(node);
}

/** A function that makes an error of the message that is its first parameter, with the error's class; none else. */
function makerOf({ name, parameters, body }: ts.FunctionDeclaration): [string, string][] {
  const parameter = parameters[0]?.name.getText();
  if (!name || !body || parameter === undefined) return [];
  const made = nodesOf(body, ts.isNewExpression).find(
    ({ arguments: args }) => args?.[0] !== undefined && endsWith(args[0], parameter),
  );
  return made ? [[name.text, made.expression.getText()]] : [];
}

function endsWith(message: ts.Expression, name: string): boolean {
  if (ts.isIdentifier(message)) return message.text === name;
  const last = ts.isTemplateExpression(message) ? message.templateSpans.at(-1) : undefined;
  return last?.literal.text === "" && last.expression.getText() === name;
}

/** The texts that a module holds in constants of its own, such as a next step that several messages share. */
function constantsOf(module: ts.SourceFile): ReadonlyMap<string, string> {
  const constants = new Map<string, string>();
  for (const statement of module.statements.filter(ts.isVariableStatement))
    for (const { name, initializer } of statement.declarationList.declarations) {
      const [text, other] = textsOf(initializer, constants);
      if (text !== undefined && other === undefined) constants.set(name.getText(), text);
    }
  return constants;
}

/** What an expression may say, one text for each branch; none where that is not written there. */
function textsOf(node: ts.Expression | undefined, constants: ReadonlyMap<string, string>): string[] {
  if (node === undefined) return [];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, constants);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => textsOf(branch, constants));
  if (!ts.isTemplateExpression(node)) return [];
  const parts = node.templateSpans.map(({ expression, literal }) => {
    const text = constants.get(expression.getText()) ?? `‹${nameOf(expression)}›`;
    return text + literal.text;
  });
  return [(node.head.text + parts.join("")).replace(/\s+/g, " ")];
}

/** What stands for a value in a message: its own name, or of a call the name of what is shown. */
function nameOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === "length" ? "number" : node.name.text.replace("#", "");
  if (ts.isElementAccessExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node))
    return nameOf(node.expression);
  if (ts.isParenthesizedExpression(node)) return nameOf(node.expression);
  if (ts.isCallExpression(node)) {
    const { expression, arguments: args } = node;
    if (ts.isIdentifier(expression)) return nameOf(args[0] ?? expression);
    // Of `names.map(show).join(", ")` the names.
    if (ts.isPropertyAccessExpression(expression) && args.length > 0) return nameOf(expression.expression);
    return nameOf(expression);
  }
  return "…";
}

/** All nodes below `top` of one kind. */
function nodesOf<T extends ts.Node>(top: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(top);
  return found;
}
