import { Kind, print, visit, type DefinitionNode, type DocumentNode } from 'graphql';

/** Directives that clients' compilers read. The rest is for routers, registries and the price model. */
const kept = new Set(['deprecated', 'semanticNonNull', 'specifiedBy']);

const header =
  '# The API as clients see it. Written by `npm run schema:print` from the files beside its folder: change those.\n' +
  '# Compose a supergraph with subgraph.graphql instead.';

/**
 * The published API: the sources without the machinery of federation and prices, and with the definition of each directive
 * that the language itself does not define, so that every tool for clients can load it.
 */
export function publishApi(sources: DocumentNode): string {
  const document = visit(sources, {
    DirectiveDefinition: ({ name }) => (kept.has(name.value) ? undefined : null),
    Directive: ({ name }) => (kept.has(name.value) ? undefined : null),
  });
  const definitions = document.definitions.toSorted((a, b) => rankOf(a) - rankOf(b));
  return `${header}\n${print({ ...document, definitions })}\n`;
}

/** The schema definition comes first, then directives. */
export function rankOf({ kind }: DefinitionNode): number {
  if (kind === Kind.SCHEMA_DEFINITION) return 0;
  return kind === Kind.DIRECTIVE_DEFINITION ? 1 : 2;
}
