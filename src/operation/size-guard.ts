import {
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import {
  maxAliases,
  maxAliasLength,
  maxDepth,
  maxDirectives,
  maxIntrospectionDepth,
  maxNesting,
  maxRecursiveSelections,
  maxRepeats,
  maxTokens,
} from '../limits.ts';
import { Lru } from './lru.ts';

/** Bytes of all remembered queries, and characters of one, at most. */
const maxRememberedBytes = 4 * 1024 * 1024;
const maxRememberedLength = 8 * 1024;

/** The extent of a selection with its fragments expanded. */
interface Extent {
  readonly selections: number;
  readonly depth: number;
  /** Below `__schema` and `__type`: the usual introspection query is deeper than any data query needs to be. */
  readonly introspectionDepth: number;
}

const nothing: Extent = { selections: 0, depth: 0, introspectionDepth: 0 };
/** Sums stop here: thirty fragments with two spreads each expand to a billion selections. */
const manySelections = 1e9;

/**
 * Rejects queries by size alone, before validation and cost estimation, some of whose rules cost more than linear time. It
 * reads each token and visits each selection once, whatever the fragments expand to. It remembers the text of queries that
 * passed, so an application's own queries are checked once.
 */
export class OperationGuard {
  readonly #passed = new Lru<true>(maxRememberedBytes);

  /** Bytes of the remembered queries. */
  get bytes(): number {
    return this.#passed.bytes;
  }

  /**
   * Why the query is too large; undefined if it is not, or if it is not GraphQL, which Apollo Server reports. `remembers`:
   * whether a query that passes may be remembered, because the workspace has accepted the caller.
   */
  refusalOf(query: string, remembers: boolean): string | undefined {
    if (this.#passed.use(query) === true) return undefined;
    const excess = refusalOfTokens(query);
    if (excess !== undefined) return excess;
    const document = read(query);
    if (document === undefined) return undefined;
    const reason = refusalOfDocument(document);
    if (remembers && reason === undefined && query.length <= maxRememberedLength) this.#passed.set(query, true, 0);
    return reason;
  }
}

const tooMuch = (limit: number, of: string): string =>
  `The query has more than ${limit} ${of}. Ask for less, or send several requests.`;

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Counts tokens before the parser runs, which would overflow its stack, or report a long query as a syntax error. */
function refusalOfTokens(query: string): string | undefined {
  const lexer = new Lexer(new Source(query));
  let depth = 0;
  try {
    for (let tokens = 0; tokens <= maxTokens; tokens += 1) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return undefined;
      if (opening.has(kind)) depth += 1;
      else if (closing.has(kind)) depth -= 1;
      if (depth > maxNesting) return tooMuch(maxNesting, 'nested brackets');
    }
  } catch {
    return undefined; // a syntax error, which the parser reports
  }
  return tooMuch(maxTokens, 'tokens');
}

function read(query: string): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
}

function refusalOfDocument(document: DocumentNode): string | undefined {
  const measure = new Measure(document);
  const { selections, depth, introspectionDepth } = measure.whole();
  const excess = [
    { found: measure.aliases, limit: maxAliases, of: 'aliases' },
    { found: measure.longestAlias, limit: maxAliasLength, of: 'characters in one alias' },
    { found: measure.directives, limit: maxDirectives, of: 'directives' },
    { found: depth, limit: maxDepth, of: 'levels of fields' },
    { found: introspectionDepth, limit: maxIntrospectionDepth, of: 'levels of introspection' },
    { found: selections, limit: maxRecursiveSelections, of: 'selections, fragments expanded' },
    { found: measure.longestRepeat, limit: maxRepeats, of: 'selections of one field in one place' },
  ].find(({ found, limit }) => found > limit);
  return excess && tooMuch(excess.limit, excess.of);
}

/** Visits a document once. A fragment cycle ends where it closes: validation rejects it. */
class Measure {
  aliases = 0;
  longestAlias = 0;
  directives = 0;
  longestRepeat = 0;
  readonly #document: DocumentNode;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #extents = new Map<string, Extent>();

  constructor(document: DocumentNode) {
    this.#document = document;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  /** The extent of the largest operation. Validation visits unused fragments too, so their size counts. */
  whole(): Extent {
    let farthest = nothing;
    for (const definition of this.#document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        const { selections } = this.#fragment(definition.name.value);
        farthest = max(farthest, { ...nothing, selections });
      }
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      this.#countDirectives(definition.directives);
      for (const variable of definition.variableDefinitions ?? []) this.#countDirectives(variable.directives);
      farthest = max(farthest, this.#selections(definition.selectionSet));
    }
    return farthest;
  }

  #fragment(name: string): Extent {
    const known = this.#extents.get(name);
    const definition = this.#fragments.get(name);
    if (known !== undefined || definition === undefined) return known ?? nothing;
    this.#extents.set(name, nothing);
    this.#countDirectives(definition.directives);
    const extent = this.#selections(definition.selectionSet);
    this.#extents.set(name, extent);
    return extent;
  }

  #selections({ selections: nodes }: SelectionSetNode): Extent {
    let { selections, depth, introspectionDepth } = nothing;
    const repeats = new Map<string, number>();
    for (const node of nodes) {
      this.#countDirectives(node.directives);
      let below = nothing;
      if (node.kind === Kind.FRAGMENT_SPREAD) below = this.#fragment(node.name.value);
      else if (node.selectionSet !== undefined) below = this.#selections(node.selectionSet);
      let own = 0;
      if (node.kind === Kind.FIELD) {
        if (node.alias !== undefined) {
          this.aliases += 1;
          this.longestAlias = Math.max(this.longestAlias, node.alias.value.length);
        }
        const name = node.alias?.value ?? node.name.value;
        const times = (repeats.get(name) ?? 0) + 1;
        repeats.set(name, times);
        this.longestRepeat = Math.max(this.longestRepeat, times);
        own = 1;
        if (node.name.value === '__schema' || node.name.value === '__type') {
          below = { ...below, depth: 0, introspectionDepth: 1 + Math.max(below.depth, below.introspectionDepth) };
        }
      }
      selections = Math.min(manySelections, selections + 1 + below.selections);
      depth = Math.max(depth, own + below.depth);
      introspectionDepth = Math.max(introspectionDepth, below.introspectionDepth);
    }
    return { selections, depth, introspectionDepth };
  }

  #countDirectives(directives: readonly DirectiveNode[] | undefined): void {
    this.directives += directives?.length ?? 0;
  }
}

const max = (a: Extent, b: Extent): Extent => ({
  selections: Math.max(a.selections, b.selections),
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
});
