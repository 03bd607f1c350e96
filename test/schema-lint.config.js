import { configs, parser } from '@graphql-eslint/eslint-plugin';
import graphqlEslint from '@graphql-eslint/eslint-plugin';

/** Types that are parts of a record, or of a page, and have no identity of their own. */
const withoutId = [
  'Attachment', 'ChannelMention', 'Counters', 'EndpointBudget', 'MarkupNode', 'MessageEncryption', 'MessageMarkup', 'MessageUrl', 'PageInfo',
  'Reaction', 'Thread', 'UserMention',
];

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } } },
    plugins: { '@graphql-eslint': graphqlEslint },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true },
      ],
      // Ids are upstream's own, so there is no Node interface; connections have `nodes` beside `edges`.
      '@graphql-eslint/relay-edge-types': ['error', { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: { types: withoutId, suffixes: ['Connection', 'Edge'] } }],
    },
  },
];
