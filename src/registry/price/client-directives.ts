import { Kind, visit, type DirectiveNode, type ExecutableDefinitionNode, type FieldNode } from 'graphql';
import { placeOf, type Mistakes } from './mistakes.ts';

/** Directives that clients take out before they send an operation. They change nothing of what it asks for. */
const local: ReadonlySet<string> = new Set([
  // Apollo Client
  'connection',
  'nonreactive',
  'unmask',
  // gql.tada, urql
  '_unmask',
  '_optional',
  '_required',
  // Relay
  'alias',
  'catch',
  'inline',
  'raw_response_type',
  'relay',
  'required',
  'throwOnFieldError',
]);

/** Those by which Relay's compiler makes other operations than the source has. */
const compiled: ReadonlySet<string> = new Set(['argumentDefinitions', 'arguments', 'match', 'module', 'refetchable']);

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const namesOf = ({ directives = [] }: { readonly directives?: readonly DirectiveNode[] | undefined }) =>
  directives.map(({ name }) => name.value);

/** The definition as the client sends it; itself, if there is nothing to take out. */
export function asSent(definition: ExecutableDefinitionNode, mistakes: Mistakes): ExecutableDefinitionNode {
  const withoutLocal = (node: Parameters<typeof namesOf>[0]) =>
    namesOf(node).includes('client') ? typename : undefined;
  return visit(definition, {
    Field: withoutLocal,
    InlineFragment: withoutLocal,
    FragmentSpread: withoutLocal,
    Directive(node) {
      const name = node.name.value;
      if (compiled.has(name))
        mistakes.add(
          placeOf(node),
          `\`@${name}\` needs Relay's compiler: name the file of its \`persistConfig\` instead of the sources`,
        );
      return local.has(name) || compiled.has(name) ? null : undefined;
    },
  });
}
