import type { Context } from '../context/request-context.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import type { MarkupParent } from './parents.ts';
import { json } from './readers.ts';
import type { Resolvers } from './types.generated.ts';

/** A node of the flattened tree. */
export interface MarkupNode {
  readonly index: number;
  readonly parent: number | null;
  readonly type: string;
  readonly text: string | null;
  readonly url: string | null;
}

/** Limits of the walk. Nodes beyond them are missing from `nodes` and `plainText`, never from `json`. */
const maxNodes = 10_000;
const maxDepth = 64;
/**
 * Walking this many nodes is as much work as one value of a response; a plain text counts as one value of any length.
 */
const nodesPerValue = 4;

export const MessageMarkup: Resolvers['MessageMarkup'] = {
  json: json('tree'),
  nodes: ({ tree }, _args, context) => flattenOnce(tree, context).nodes,
  plainText: ({ tree }, _args, context) => flattenOnce(tree, context).plainText,
};

interface Flattened {
  readonly nodes: MarkupNode[];
  readonly plainText: string;
}

const flattened = new WeakMap<readonly unknown[], Flattened>();

/** Flattens each tree once, and adds the work to the size of the response. */
function flattenOnce(tree: MarkupParent['tree'], { answerSize }: Context): Flattened {
  let result = flattened.get(tree);
  if (result === undefined) {
    result = flattenMarkup(tree);
    flattened.set(tree, result);
    answerSize.add(Math.ceil(result.nodes.length / nodesPerValue), 0);
  }
  return result;
}

/**
 * The nodes of a parsed text in reading order, and its plain text. Depth first with an explicit stack, so a tree of any
 * depth cannot overflow the call stack.
 */
export function flattenMarkup(tree: MarkupParent['tree']): Flattened {
  const nodes: MarkupNode[] = [];
  let plainText = '';
  const stack: { node: JsonObject; parent: number | null; depth: number }[] = [];
  const push = (children: readonly JsonObject[], parent: number | null, depth: number) => {
    if (depth > maxDepth) return;
    for (const node of children.toReversed()) stack.push({ node, parent, depth });
  };
  push(collectNodes(tree, []), null, 1);
  for (let top = stack.pop(); top !== undefined && nodes.length < maxNodes; top = stack.pop()) {
    const { node, parent, depth } = top;
    const type = asText(node['type']) ?? '';
    const text = leafText(type, node);
    const index = nodes.length;
    nodes.push({ index, parent, type, text, url: targetOf(node) });
    if (startsLine.has(type) && plainText !== '' && !plainText.endsWith('\n')) plainText += '\n';
    plainText += prefixOf[type] ?? '';
    if (type === 'LINE_BREAK') plainText += '\n';
    if (text === null) push(childrenOf(node), index, depth + 1);
    else plainText += text;
  }
  return { nodes, plainText: plainText.trim() };
}

/** Node types that start a new line in the plain text. */
const startsLine = new Set([
  'PARAGRAPH',
  'HEADING',
  'UNORDERED_LIST',
  'ORDERED_LIST',
  'LIST_ITEM',
  'TASKS',
  'TASK',
  'QUOTE',
  'BLOCKQUOTE',
  'CODE',
  'CODE_LINE',
  'KATEX',
  'SPOILER_BLOCK',
  'BIG_EMOJI',
]);

const prefixOf: Record<string, string | undefined> = { MENTION_USER: '@', MENTION_CHANNEL: '#' };

/** The text of a leaf node, else null. */
function leafText(type: string, node: JsonObject): string | null {
  const { value } = node;
  if (typeof value === 'string') return value;
  if (type === 'EMOJI') {
    const shortCode = asText(node['shortCode']);
    return asText(node['unicode']) ?? (shortCode === undefined ? null : `:${shortCode}:`);
  }
  const object = asObject(value);
  if (type === 'COLOR' && object !== undefined) {
    return `rgba(${['r', 'g', 'b', 'a'].map((part) => String(Number(object[part]))).join(', ')})`;
  }
  if (type === 'TIMESTAMP' && object !== undefined) {
    const seconds = Number(object['timestamp']);
    return Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString() : null;
  }
  return null;
}

/** Target of a link or image: `src` is a node or a string. */
function targetOf(node: JsonObject): string | null {
  const src = asObject(node['value'])?.['src'];
  return asText(src) ?? asText(asObject(src)?.['value']) ?? null;
}

/**
 * Child nodes: the value of the node, or the nodes in it, without a link's target, which is its `url`. An unknown type
 * uses its fallback, or without one is read like the known types, so that no text is lost.
 */
function childrenOf(node: JsonObject): JsonObject[] {
  const { value, fallback } = node;
  const object = asObject(value);
  if (object === undefined || isNode(object)) return orFallback(collectNodes(value, []), fallback);
  if (fallback !== undefined && object['label'] === undefined) return collectNodes(fallback, []);
  const hasTarget = targetOf(node) !== null;
  const children: JsonObject[] = [];
  for (const [name, part] of Object.entries(object)) if (name !== 'src' || !hasTarget) collectNodes(part, children);
  return orFallback(children, fallback);
}

const orFallback = (nodes: JsonObject[], fallback: unknown): JsonObject[] =>
  nodes.length > 0 ? nodes : collectNodes(fallback, []);

const isNode = (object: JsonObject): boolean => asText(object['type']) !== undefined;

/** Adds the value if it is a node, else the nodes inside it, at any depth of lists and objects. */
function collectNodes(value: unknown, nodes: JsonObject[], depth = 1): JsonObject[] {
  if (typeof value !== 'object' || value === null || depth > maxDepth || nodes.length >= maxNodes) return nodes;
  const object = asObject(value);
  if (object !== undefined && isNode(object)) nodes.push(object);
  else for (const part of Object.values(value)) collectNodes(part, nodes, depth + 1);
  return nodes;
}
