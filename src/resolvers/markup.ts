import type { Context } from '../context/request-context.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import type { MarkupParent } from './parents.ts';
import type { Resolvers } from './types.generated.ts';

/** A node of the flattened tree. */
export interface MarkupNode {
  readonly index: number;
  readonly parent: number | null;
  readonly type: string;
  readonly text: string | null;
  readonly url: string | null;
}

/** Bounds of the walk: what lies beyond them is left out of `nodes` and `plainText`, never of `json`. */
const maxNodes = 10_000;
const maxDepth = 64;
/** Nodes whose walk is as much work as a value of an answer: a plain text is one value, whatever it is made of. */
const nodesPerValue = 4;

export const MessageMarkup: Resolvers['MessageMarkup'] = {
  json: ({ tree }) => tree,
  nodes: ({ tree }, _args, context) => flattenOnce(tree, context).nodes,
  plainText: ({ tree }, _args, context) => flattenOnce(tree, context).plainText,
};

interface Flattened {
  readonly nodes: MarkupNode[];
  readonly plainText: string;
}

const flattened = new WeakMap<readonly unknown[], Flattened>();

/** Worked out once for each tree, and counted with the answer. */
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
 * The nodes of a parsed text in reading order, and its text alone. Depth first with a stack of its own: a tree of any depth
 * costs no call stack.
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

/** Nodes that begin on a line of their own in the plain text. */
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

/** The text of a node that has no nodes below it, else null. */
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

/** Target of a link or image: `src` is a node or a text. */
function targetOf(node: JsonObject): string | null {
  const src = asObject(node['value'])?.['src'];
  return asText(src) ?? asText(asObject(src)?.['value']) ?? null;
}

/**
 * The nodes below a node: its value, or those in it. The target of a link is told as `url` and is none of them. A type
 * that we do not know is read as its fallback says; without one, as the types that we do, so that no text is lost.
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

/** Adds a value that is a node, or the nodes in a list or object, however often these are wrapped in others. */
function collectNodes(value: unknown, nodes: JsonObject[], depth = 1): JsonObject[] {
  if (typeof value !== 'object' || value === null || depth > maxDepth || nodes.length >= maxNodes) return nodes;
  const object = asObject(value);
  if (object !== undefined && isNode(object)) nodes.push(object);
  else for (const part of Object.values(value)) collectNodes(part, nodes, depth + 1);
  return nodes;
}
