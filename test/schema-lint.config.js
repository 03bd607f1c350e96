import { configs, parser } from '@graphql-eslint/eslint-plugin';
import graphqlEslint from '@graphql-eslint/eslint-plugin';

/** Types that are parts of a record, or of a page, and have no identity of their own. */
const withoutId = [
  'MessageUser',
  'Attachment',
  'ChannelMention',
  'EndpointBudget',
  'MarkupNode',
  'MessageEncryption',
  'MessageMarkup',
  'MessageUrl',
  'PageInfo',
  'Reaction',
  'Thread',
  'UserMention',
];

const plugins = { '@graphql-eslint': graphqlEslint };

const rules = {
  ...configs['flat/schema-recommended'].rules,
  ...configs['flat/schema-relay'].rules,
  '@graphql-eslint/require-description': [
    'error',
    {
      types: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
    },
  ],
  // Ids are upstream's own, so there is no Node interface; connections have `nodes` beside `edges`.
  '@graphql-eslint/relay-edge-types': ['error', { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
  '@graphql-eslint/strict-id-in-types': [
    'error',
    { exceptions: { types: withoutId, suffixes: ['Connection', 'Edge', 'Changes'] } },
  ],
};

/** A published schema, which stands alone. */
const published = (file, ownRules = {}) => ({
  files: [file],
  languageOptions: { parser, parserOptions: { graphQLConfig: { schema: file } } },
  plugins,
  rules: {
    ...rules,
    // The sources except one field each; the published schemas have no comments to do it with.
    '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    '@graphql-eslint/no-typename-prefix': 'off',
    ...ownRules,
  },
});

export default [
  {
    files: ['schema/*.graphql'],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } } },
    plugins,
    rules,
  },
  published('schema/published/api.graphql'),
  published('schema/published/subgraph.graphql', {
    // Directives of federation come from its specification, not from the file: composing is what checks them.
    '@graphql-eslint/known-directives': 'off',
  }),
];
