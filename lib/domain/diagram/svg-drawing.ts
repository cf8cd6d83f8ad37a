import { drawableMoves } from "./drawable-moves.ts";
import { graphLayers } from "./graph-layers.ts";
import { graphLayout } from "./graph-layout.ts";
import { graphSaid, moveSaid } from "./graph-text.ts";
import type { GraphMove, MachineGraph } from "./machine-graph.ts";
import {
  boxReach,
  labelReach,
  labelShape,
  loopLabelPlace,
  loopPath,
  moveShape,
  nodeShape,
  startHeight,
  tipMarker,
} from "./svg-shapes.ts";
import { svgStyle } from "./svg-style.ts";
import { drawnText, escaped, listText, moveText, nodeText } from "./svg-text.ts";

const margin = 24;

/**
 * An SVG document of a machine: its states in rows, and the moves between them as lines that lead round whatever stands
 * there, with their labels in front. What would be too much to be drawn so is told in a list below. The same graph gives the
 * same document.
 */
export function svgDrawing(graph: MachineGraph): string {
  const names = new Map(graph.nodes.map(({ key, name }) => [key, name]));
  const moves = graph.moves.map((move) => ({ move, said: moveSaid(move, names), text: moveText(move) }));
  const loops = new Map(moves.filter(({ move }) => isLoop(move)).map((loop) => [loop.move.to, loop]));
  const boxes = graph.nodes.map((node) => ({ node, text: nodeText(node), loop: loops.get(node.key) }));

  const root = graph.nodes.find(({ isInitial }) => isInitial)?.key ?? null;
  const layersOf = (some: readonly GraphMove[]) => graphLayers([...names.keys()], some, root);
  const others = graph.moves.filter((move) => !isLoop(move));
  const drawable = drawableMoves(layersOf(others), others);
  const [drawn, undrawn] = [
    moves.filter(({ move }) => drawable.has(move)),
    others.filter((move) => !drawable.has(move)),
  ];
  const layout = graphLayout(layersOf([...drawable]), [...drawable], {
    boxes: new Map(boxes.map(({ node, text, loop }) => [node.key, boxReach(text, loop?.text ?? null)])),
    labels: new Map(drawn.map(({ move, text }) => [move, labelReach(text)])),
  });
  const linesOf = Map.groupBy(layout.lines, ({ move }) => move);
  const placed = boxes.flatMap((box) => {
    const place = layout.boxes.get(box.node.key);
    return place === undefined ? [] : [{ ...box, place }];
  });
  const looped = placed.flatMap(({ loop, place }) => (loop === undefined ? [] : [{ ...loop, place }]));
  const labelled = drawn.flatMap((one) => {
    const place = layout.labels.get(one.move);
    return place === undefined ? [] : [{ ...one, place }];
  });
  const list = listText(undrawn.map((move) => moveSaid(move, names)));
  const width = Math.max(layout.width, list.width) + 2 * margin;
  const height = startHeight + layout.height + list.height + 2 * margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-margin} ${-margin - startHeight} ${width} ${height}" role="img">`,
    `<title>${escaped(graph.name)}</title><desc>${escaped(graphSaid(graph))}</desc><style>${svgStyle}</style>`,
    `${tipMarker}<rect class="page" x="${-margin}" y="${-margin - startHeight}" width="${width}" height="${height}"/>`,
    ...labelled.map(({ move, said }) => moveShape(move, said, linesOf.get(move) ?? [])),
    ...looped.map(({ move, said, place }) => moveShape(move, said, [{ path: loopPath(place), hasTip: true }])),
    ...placed.map(({ node, text, place }) => nodeShape(node, text, place)),
    ...labelled.map(({ said, text, place }) => labelShape(said, text, place)),
    ...looped.map(({ said, text, place }) => labelShape(said, text, loopLabelPlace(place, text))),
    drawnText(list, 0, layout.height),
    "</svg>\n",
  ].join("\n");
}

function isLoop({ froms, to }: GraphMove): boolean {
  return froms.length === 1 && froms[0] === to;
}
