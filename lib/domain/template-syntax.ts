/** A part of a text: as it stands, a path to put a value in for, or what is wrong with a template. */
export type TemplatePart =
  | { kind: "text"; text: string }
  | { kind: "path"; path: readonly string[]; source: string }
  /** `${user}`, the former service's way: it means `payload.user`, and stays as it stands where that is not there. */
  | { kind: "former"; path: readonly string[]; source: string }
  | { kind: "fault"; message: string };

/** The longest template, in UTF-16 units, braces included. */
const templateLengthMax = 500;
/** How much of a template a message shows. */
const shownLengthMax = 60;

/** Names that no path may have: what stands behind them is JavaScript, not data. */
export const unreachableNames: ReadonlySet<string> = new Set(["__proto__", "constructor"]);

// Every pattern is read from one place on, and none can match one text in two ways: the time is linear.
const opening = /\{\{|\$\{/g;
const firstName = /\s*([\p{L}\p{M}\p{N}_$-]+)/uy;
const nextToken =
  /\s*(?:(?<end>\}\})|\.\s*(?<name>[\p{L}\p{M}\p{N}_$-]+)|\[\s*(?:(?<index>\d+)|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)')\s*\])/suy;
const formerPath = /([\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*)\}/uy;

/**
 * Takes a text apart, in linear time. `{{ a.b[0]["odd key"] }}` is a path. A backslash before `{{` makes two braces of it,
 * and two stand for one; one before `{% ... %}` makes a text of an expression. What begins with `${` and is no path of
 * names, or has a backslash before it, is text.
 */
export function templateParts(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let textStart = isQuotedExpression(text) ? 1 : 0;
  const add = (part: TemplatePart, start: number, end: number) => {
    if (start > textStart) parts.push({ kind: "text", text: text.slice(textStart, start) });
    parts.push(part);
    textStart = end;
  };
  opening.lastIndex = 0;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const { index: start } = found;
    const backslashes = backslashesBefore(text, start, textStart);
    if (found[0] === "{{") {
      const textEnd = start - Math.ceil(backslashes / 2);
      const { part, end } =
        backslashes % 2 === 1
          ? { part: { kind: "text", text: "{{" } as const, end: start + 2 }
          : readTemplate(text, start);
      add(part, textEnd, end);
    } else if (backslashes % 2 === 0) {
      const former = readFormer(text, start + 2);
      if (former !== null) add(former, start, start + former.source.length);
    }
    opening.lastIndex = Math.max(textStart, start + 1); // the brace of a mere ${ may open a template
  }
  if (textStart < text.length) parts.push({ kind: "text", text: text.slice(textStart) });
  return parts;
}

/** True for what would be an expression but for the backslashes before it. */
function isQuotedExpression(text: string): boolean {
  return text.endsWith("%}") && /^\\+\{%/.test(text);
}

function backslashesBefore(text: string, end: number, start: number): number {
  let at = end;
  while (at > start && text[at - 1] === "\\") at--;
  return end - at;
}

function readFormer(text: string, bodyStart: number): Extract<TemplatePart, { kind: "former" }> | null {
  const [whole, names] = matchAt(formerPath, text, bodyStart) ?? [];
  if (whole === undefined || names === undefined) return null;
  return { kind: "former", path: ["payload", ...names.split(".")], source: `\${${whole}` };
}

/** Reads the template whose braces begin at `start`. After a fault it ends at the next `}}`, or with the text. */
function readTemplate(text: string, start: number): { part: TemplatePart; end: number } {
  const window = text.slice(start, start + templateLengthMax);
  const read = readPath(window);
  if (read !== null) {
    const source = window.slice(0, read.length);
    const unreachable = read.path.find((name) => unreachableNames.has(name));
    const part: TemplatePart =
      unreachable === undefined
        ? { kind: "path", path: read.path, source }
        : { kind: "fault", message: `has the template ${shown(source)}: no path may have the name ${unreachable}` };
    return { part, end: start + read.length };
  }
  const closing = text.indexOf("}}", start + 2);
  const end = closing === -1 ? text.length : closing + 2;
  return { part: { kind: "fault", message: faultOf(text.slice(start, end), closing !== -1) }, end };
}

function readPath(window: string): { path: string[]; length: number } | null {
  const first = matchAt(firstName, window, 2);
  if (first?.[1] === undefined) return null;
  const path = [first[1]];
  let at = 2 + first[0].length;
  for (;;) {
    const token = matchAt(nextToken, window, at);
    if (token?.groups === undefined) return null;
    at += token[0].length;
    const { end, name, index, double, single } = token.groups;
    if (end !== undefined) return { path, length: at };
    path.push(name ?? index ?? (double ?? single ?? "").replace(/\\(.)/gsu, "$1"));
  }
}

function faultOf(source: string, isClosed: boolean): string {
  if (!isClosed) return `has ${shown(source)}, which is not closed: write }} behind the path, or \\{{ for two braces`;
  if (source.length > templateLengthMax) return `has ${shown(source)}, which is over ${templateLengthMax} characters`;
  if (source.slice(2, -2).trim() === "") return "has an empty template: name a value, such as {{ payload.user }}";
  return (
    `has the template ${shown(source)}, which is not a path: write names with dots between, such as ` +
    '{{ payload.user }}, {{ payload.items[0].id }} or {{ payload["odd key"] }}, or \\{{ for two braces'
  );
}

function shown(source: string): string {
  const text = source.length > shownLengthMax ? `${source.slice(0, shownLengthMax)}...` : source;
  return text.toWellFormed();
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
