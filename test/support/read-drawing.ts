type Box = { left: number; right: number; top: number; bottom: number };
type Point = { x: number; y: number };

/** What an SVG of a machine shows, where: read from its text, as a browser would. */
export type Drawing = {
  picture: Box;
  states: (Box & { texts: string[] })[];
  labels: (Box & { texts: string[]; title: string })[];
  /** Each line of a move, as many points of it from its beginning to its end. */
  lines: { title: string; hasTip: boolean; points: Point[] }[];
  /** Actions that are told in the list below the drawing. */
  listed: string[];
};

/** @throws if the SVG has an element or a path that it should not have */
export function readDrawing(svg: string): Drawing {
  const [, viewBox = ""] = /viewBox="([^"]*)"/.exec(svg) ?? [];
  const [x = 0, y = 0, width = 0, height = 0] = viewBox.split(" ").map(Number);
  const groups = [...svg.matchAll(/<g class="(\w+)[^"]*"><title>([^<]*)<\/title>(.*?)<\/g>/g)];
  const of = (kind: string) =>
    groups
      .filter(([, found]) => found === kind)
      .map(([, , title = "", inner = ""]) => ({ title: decoded(title), inner }));
  return {
    picture: { left: x, top: y, right: x + width, bottom: y + height },
    states: of("state").map(({ inner }) => ({ ...boxIn(inner, "box"), texts: textsIn(inner) })),
    labels: of("label").map(({ title, inner }) => ({ ...boxIn(inner, "page"), texts: textsIn(inner), title })),
    lines: of("move").flatMap(({ title, inner }) =>
      [...inner.matchAll(/<path class="line" d="([^"]*)"( marker-end="url\(#tip\)")?\/>/g)].map(
        ([, path = "", tip]) => ({
          title,
          hasTip: tip !== undefined,
          points: pointsOf(path),
        }),
      ),
    ),
    listed: [...svg.matchAll(/<text class="listed"[^>]*>([^<]*)<\/text>/g)]
      .map(([, text = ""]) => decoded(text))
      .slice(2),
  };
}

function boxIn(inner: string, name: string): Box {
  const found = new RegExp(`<rect class="${name}" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"`).exec(
    inner,
  );
  if (found === null) throw new Error(`No ${name} in ${inner}`);
  const [left = 0, top = 0, width = 0, height = 0] = found.slice(1).map(Number);
  return { left, top, right: left + width, bottom: top + height };
}

function textsIn(inner: string): string[] {
  return [...inner.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => decoded(text));
}

function decoded(text: string): string {
  const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return text.replaceAll(/&[^;]*;/g, (entity) => entities[entity] ?? entity);
}

/** Points of a path, near to each other. Of the arc of a move to its own state the end alone is taken. */
function pointsOf(path: string): Point[] {
  const points: Point[] = [];
  let at: Point = { x: Number.NaN, y: Number.NaN };
  for (const [, command = "", rest = ""] of path.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = rest.trim().split(/[ ,]+/).map(Number);
    const [from, to] = [at, { ...at }];
    if (command === "M" || command === "C") [to.x, to.y] = command === "M" ? [a, b] : [e, f];
    else if (command === "V") to.y = a;
    else if (command === "H") to.x = a;
    else if (command === "h") to.x += a;
    else if (command === "a") [to.x, to.y] = [to.x + f, to.y + g];
    else throw new Error(`Unknown command ${command} in ${path}`);
    for (let step = command === "M" ? 20 : 1; step <= 20; step++) {
      const [t, u] = [step / 20, 1 - step / 20];
      const on = (start: number, one: number, other: number, end: number) =>
        u ** 3 * start + 3 * u * u * t * one + 3 * u * t * t * other + t ** 3 * end;
      if (command === "C") points.push({ x: on(from.x, a, c, e), y: on(from.y, b, d, f) });
      else if (command === "M") points.push(to);
      else points.push({ x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t });
    }
    at = to;
  }
  return points;
}
