import { plugin as resolverTypes } from '@graphql-codegen/typescript-resolvers';

/** What this API has no resolvers for: subscriptions, and directives, which only say what fields cost. */
const unused = /^export (?:type|interface) (?:Subscription|\w*Directive(?:Args|Resolver|Resolvers|ResolverFn)\b)/;

/** The types of resolvers, for GraphQL Code Generator: without those that nothing here uses, and without `any`. */
export async function plugin(schema, documents, config, info) {
  const output = await resolverTypes(schema, documents, config, info);
  const blocks = output.content.split(/\n(?=export )/).filter((block) => !unused.test(block));
  return { ...output, content: blocks.join('\n').replace(/(ScalarTypeConfig<.*), any>/g, '$1, unknown>') };
}
